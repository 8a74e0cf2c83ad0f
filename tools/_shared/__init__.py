"""What several statement readers need: amounts, dates, header words, and the reading of a table of movements."""
