"""Field names that ask for what is never collected are known, however they are written; the contract's own are not."""

import re
from importlib import import_module
from pkgutil import walk_packages

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app.web.schemas
from app.domain.event import Kind
from app.domain.not_collected import asks_for_what_is_not_collected
from app.ledger.payload import DATA_KEYS
from app.web.fields import Input, Output


def words_of(text):
    return text.split()


ENGLISH = words_of("""
    name Name first_name firstName last-name FULL_NAME middle_name surname maiden_name alias nickname initials
    person_name subject_name suspect_name detainee_name caller_name asker_name driver_name worker_name
    immigration_status immigrationStatus ImmigrationStatus immigration-status immigrant is_immigrant
    legal_status status_legal undocumented is_undocumented papers has_papers visa visa_type visa_status
    citizen citizenship citizenship_status is_citizen us_citizen non_citizen noncitizen naturalized
    nationality nationalities national_origin country country_of_birth birth_country countryOfOrigin
    place_of_birth birthplace race races ethnicity ethnic_group skin_color complexion tribe religion
    observed_language language_spoken spoken_language native_language primary_language accent
    a_number A-Number aNumber alien_number alien_registration_number uscis_number
    ssn SSN social_security social_security_number itin passport passport_number
    green_card green_card_number driver_license drivers_license_number license_number id_number
    dob DOB date_of_birth birth_date birthday year_of_birth
    ssn_last4 ssn_last_four person_ssn dob_year language_of_person language_of_subject hispanic is_hispanic latino
    latina indigenous native_american migratory_status permanent_resident is_permanent_resident birth_month
    deported deportation_order asylum asylum_seeker refugee_status daca tps license_plate fingerprints
    """)
SPANISH = words_of("""
    nombre Nombre nombres apellido apellidos nombre_completo primer_nombre nombre_de_la_persona apodo iniciales
    estatus_migratorio estatusMigratorio situación_migratoria situacion_migratoria condicion_migratoria
    inmigrante es_inmigrante indocumentado indocumentada documentos papeles tiene_papeles
    ciudadano ciudadanía ciudadania nacionalidad naturalizado país pais país_de_origen pais_de_nacimiento
    lugar_de_nacimiento origen raza razas etnia grupo_étnico color_de_piel tez tribu
    idioma idioma_hablado lengua lengua_materna acento número_a numero_de_extranjero
    seguro_social numero_de_seguro_social seguridad_social pasaporte número_de_pasaporte visa licencia
    licencia_de_conducir fecha_de_nacimiento fechaDeNacimiento nacimiento cumpleaños
    año_de_nacimiento anio_de_nacimiento mes_de_nacimiento ciudad_de_nacimiento hispano indígena residente_permanente
    idioma_de_la_persona idioma_que_habla lengua_indigena matrícula_consular curp
    deportado deportación asilo refugiado placas huellas
    """)
HARMLESS = words_of("""
    notes description phone email caller_phone filename surface embrace trace user_agent counts colors vehicle_color
    vehicle_make officers uniform badge time date message city state zip street cross_street agency location lat lng
    class_name business_name boss_notes adobe_house resident residence residential place_of_business renewal
    radius code reason page average package language languages image usage manage stage newspaper outlet_type report
    """)
# A token and a facility have a name; nobody's name is meant, and elsewhere the word is refused.
NAMES_OF_THINGS = {"name"}


def test_the_lists_are_long_enough_to_mean_something():
    assert len(ENGLISH) > 80
    assert len(SPANISH) > 50


@pytest.mark.parametrize("field", [*ENGLISH, *SPANISH])
def test_a_field_that_asks_for_it_is_known(field):
    assert asks_for_what_is_not_collected(field)


@pytest.mark.parametrize("field", [*ENGLISH, *SPANISH])
def test_it_is_known_however_it_is_written(field):
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", field).replace("-", "_").lower().split("_")
    forms = [
        "".join(words),
        " ".join(words),
        "-".join(words).upper(),
        ".".join(words),
        words[0] + "".join(word.capitalize() for word in words[1:]),
        f"_{'__'.join(words)}_",
    ]
    assert [form for form in forms if not asks_for_what_is_not_collected(form)] == []


@pytest.mark.parametrize("field", HARMLESS)
def test_a_harmless_field_is_merely_unknown(field):
    assert not asks_for_what_is_not_collected(field)


def models(of):
    return [each for model in of.__subclasses__() for each in (model, *models(model))]


def test_no_field_of_the_contract_asks_for_it():
    for module in walk_packages(app.web.schemas.__path__, "app.web.schemas."):
        import_module(module.name)
    fields = {name for model in (*models(Input), *models(Output)) for name in model.model_fields}
    fields |= {key for keys in DATA_KEYS.values() for key in keys}
    assert len(fields) > 60
    assert {field for field in fields if asks_for_what_is_not_collected(field)} <= NAMES_OF_THINGS


def test_no_kind_of_event_is_named_for_it():
    assert not [kind for kind in Kind if any(map(asks_for_what_is_not_collected, re.split("[:_]", kind)))]


@given(field=st.text(max_size=400))
def test_any_text_can_be_asked_about(field):
    assert asks_for_what_is_not_collected(field) in {True, False}


def test_a_name_of_any_length_is_looked_at_for_200_characters_and_no_more():
    assert asks_for_what_is_not_collected("immigration_status" + "x" * 10_000_000)
