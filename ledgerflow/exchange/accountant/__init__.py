"""What is sent to an accountant: the reports of a period with what stands behind them, as one ZIP."""
