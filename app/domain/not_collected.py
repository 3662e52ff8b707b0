"""Names of fields that ask for what is never collected, in English and Spanish.

A client that sends one is told so in these words, not merely that the field is unknown: somebody built a form that
asks for it. Names are compared without case, accents and separators, whole or by a part that nothing harmless shares.
"""

import unicodedata

# A field called just this asks for it; as a part of a longer name it need not ("filename", "surface").
_WHOLE = frozenset(
    """
    name names fullname firstname lastname middlename surname givenname familyname nickname alias aka maidenname
    callername personname drivername workername subjectname suspectname detaineename victimname
    witnessname reportername askername initials person identity persona identidad whois
    numeroa numerodea numerodeextranjero
    nombre nombres apellido apellidos nombrecompleto primernombre nombredelapersona apodo sobrenombre iniciales
    papers haspapers papeles tienepapeles documents documented legal illegal statuslegal alien daca tps
    documentos legalidad estatus situacionlegal
    race races raza razas color skin piel complexion tez ethnicgroup tribe tribu
    origin origen nationalorigin homeland country pais countryoforigin paisdeorigen pob
    observedlanguage spokenlanguage languagespoken primarylanguage nativelanguage preferredlanguage subjectlanguage
    accent acento idioma lengua idiomahablado lenguamaterna
    ssn ssan personssn curp itin tin anumber anum aliennumber uscis uscisnumber idnumber
    visa visatype licencia licensenumber dl dlnumber
    dob dobyear cumpleanos
    licenseplate plate platenumber placa placas
    religion fingerprint fingerprints huella huellas photo face biometrics
    """.split()  # noqa: SIM905  # a list for people to read
)
_PART = (
    "immigra",
    "inmigra",
    "migratori",
    "migrationstatus",
    "migratorystatus",
    "permanentresident",
    "residentepermanente",
    "matriculaconsular",
    "citizen",
    "ciudadan",
    "nationalit",
    "nacionalidad",
    "naturaliz",
    "ethnic",
    "etnia",
    "etnic",
    "racial",
    "skincolor",
    "colordepiel",
    "hispan",
    "latino",
    "latina",
    "indigen",
    "nativeamerican",
    "languageof",
    "idiomade",
    "idiomaque",
    "birth",
    "nacimiento",
    "ssnlast",
    "socialsecurity",
    "seguridadsocial",
    "segurosocial",
    "aliennumber",
    "alienregistration",
    "greencard",
    "passport",
    "pasaporte",
    "driverlicen",
    "driverslicen",
    "licenciadeconducir",
    "nombrecompleto",
    "firstname",
    "lastname",
    "fullname",
    "visastatus",
    "legalstatus",
    "undocument",
    "indocument",
    "deportat",
    "deportac",
    "deported",
    "deportad",
    "asylum",
    "asilo",
    "refugee",
    "refugiad",
)


def asks_for_what_is_not_collected(field: str) -> bool:
    """Tell whether a field's name asks for somebody's identity, origin or immigration status."""
    decomposed = unicodedata.normalize("NFKD", field[:200])
    plain = "".join(character for character in decomposed.casefold() if character.isalnum())
    return plain in _WHOLE or any(part in plain for part in _PART)
