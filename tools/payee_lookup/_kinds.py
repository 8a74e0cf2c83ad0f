"""Kinds of business and the words that speak of them, in English, German, French and Spanish."""

from tools.payee_lookup._words import folded, word_set

_WORDS = {
    "accommodation": "hotel|hotels|hostel|motel|vacation rental|vacation rentals|resort|bed and breakfast",
    "airline": "airline|airlines|fluggesellschaft|compagnie aerienne|aerolinea",
    "bank": "bank|credit union|sparkasse|volksbank|banque|banco|brokerage",
    "bookstore": "bookstore|bookshop|bookseller|buchhandlung|librairie|libreria",
    "cafe": "coffee|cafe|coffee roaster|coffeehouse|espresso|kaffee|tea house",
    "car repair": "auto repair|car repair|mechanic|tire shop|autowerkstatt|garage automobile|taller mecanico",
    "cloud and hosting": "cloud computing|web hosting|hosting|domain registrar|data center|cloud platform",
    "clothing store": "clothing|apparel|fashion|shoes|footwear|bekleidung|mode|ropa",
    "drugstore": "pharmacy|drugstore|drug store|apotheke|drogerie|pharmacie|farmacia",
    "education": "university|college|school|online courses|universitaet|hochschule|universite|universidad",
    "electronics store": "consumer electronics|electronics store|computer store|elektronikmarkt",
    "energy supplier": "electric utility|electricity|natural gas|power company|energy supplier|stadtwerke",
    "fitness": "gym|fitness|fitness club|yoga studio|fitnessstudio",
    "food delivery": "food delivery|meal delivery|meal kit|lieferdienst",
    "gas station": "gas station|gas stations|petrol station|fuel station|service station|tankstelle|gasolinera",
    "government": "government|department of|tax office|city of|county of|finanzamt|ministry",
    "grocery store": "grocery|groceries|supermarket|supermarkets|grocery store|supermarkt|supermarche|supermercado",
    "hair and beauty": "hair salon|beauty salon|barbershop|nail salon|spa|friseur|coiffeur",
    "hardware store": "hardware store|home improvement|building supplies|baumarkt|bricolage|ferreteria",
    "health care": "hospital|clinic|medical center|dentist|dental|physician|optometrist|krankenhaus|zahnarzt|clinique",
    "insurance": "insurance|insurer|versicherung|assurance|mutuelle|seguros",
    "law and accounting": "law firm|attorney|attorneys|accountants|tax preparation",
    "media and streaming": "streaming|streaming service|newspaper|magazine|podcast|music streaming|zeitung",
    "office supplies": "office supplies|office products|stationery|buerobedarf|papeterie",
    "online marketplace": "online marketplace|e commerce|ecommerce|online retailer|onlineshop",
    "parking": "parking|parking garage|parkhaus",
    "payment service": "payment processor|payment processing|payments platform|money transfer|zahlungsdienst",
    "pet supplies": "pet store|pet supplies|veterinary|veterinarian|tierarzt",
    "restaurant": "restaurant|restaurants|pizzeria|pizza|burgers|bistro|diner|sushi|steakhouse|fast food|bakery",
    "ride and taxi": "ride hailing|ridesharing|taxi|car sharing|carsharing|car rental|autovermietung",
    "shipping": "courier|parcel|package delivery|shipping company|postal service|paketdienst|freight",
    "software": "software|saas|app developer|developer platform|software company|logiciel",
    "telephone and internet": "wireless|mobile network|telecommunications|internet provider|broadband|mobilfunk",
    "train and bus": "railway|train tickets|rail operator|public transport|public transit|bus company",
    "warehouse club": "warehouse club|wholesale club|membership warehouse",
    "department store": "department store|department stores|kaufhaus|discount store|general merchandise",
    "water and waste": "water utility|waste management|garbage collection|wasserwerke",
}

#: Kind of business by the folded word or words that speak of it.
KINDS = {folded(word): kind for kind, text in _WORDS.items() for word in text.split("|")}
LONGEST_PHRASE = max(len(phrase.split()) for phrase in KINDS)

LEGAL_FORMS = word_set(
    """
    inc incorporated llc llp ltd limited corp corporation co company plc gmbh ag kg ohg ug ek se sarl sas sa
    eurl bv nv ab oy aps pty spa srl lda pllc pc
    """
)

#: Words that people's names do not have.
BUSINESS_WORDS = (
    LEGAL_FORMS
    | {word for phrase in KINDS for word in phrase.split() if len(word) > 2}
    | word_set(
        """
    the in of and & at on by for to store stores shop shops market markets mart services service group club
    center centre house home foods food kitchen grill bar pub deli bakery farm farms garden gardens studio
    studios salon labs lab media press print printing design designs consulting solutions systems technologies
    technology tech digital online web net com supply supplies trading traders partners associates agency
    rentals rental leasing properties realty construction plumbing electric electrical cleaning landscaping
    transport logistics motors auto autos cars wash tire tires cycles sports sport outdoor outdoors toys gifts
    flowers florist jewelers furniture interiors books music records games cinema theatre theater museum park
    parks zoo church foundation association society union federal national international american usa energy
    power water gas mobile airlines air travel tours express delivery direct world global plus prime pro max
    city county state
    """
    )
)
