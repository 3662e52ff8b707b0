"""What becomes of a typed address: its block or crossing, and nothing else of it, ever."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.block import block_of, same_block
from app.domain.street_words import folded, listed_streets

HOUSES = {
    "1200 Central Ave SE": "1200 block of Central Ave SE",
    "1234 Central Ave SE": "1200 block of Central Ave SE",
    "1299 central ave se": "1200 block of Central Ave SE",
    "1234 CENTRAL AVENUE SOUTHEAST": "1200 block of Central Ave SE",
    "1234 Central Ave. S.E.": "1200 block of Central Ave SE",
    "1234 Central Av South East": "1200 block of Central Ave SE",
    "  1234   Central\tAve  SE ": "1200 block of Central Ave SE",
    "1234 W Central Ave SW": "1200 block of W Central Ave SW",
    "9999 west central avenue sw": "9900 block of W Central Ave SW",
    "1234 Central": "1200 block of Central",
    "1234 Lomas Boulevard": "1200 block of Lomas Blvd",
    "12345 Juan Tabo Blvd NE": "12300 block of Juan Tabo Blvd NE",
    "100 Central Ave SE": "100 block of Central Ave SE",
    "99 Central Ave SE": "unit block of Central Ave SE",
    "1 Civic Plaza NW": "unit block of Civic Plz NW",
    "7 Zinnia Ct NE": "unit block of Zinnia Ct NE",
    "1234A Central Ave SE": "1200 block of Central Ave SE",
    "1234-B Central Ave SE": "1200 block of Central Ave SE",
    "1234 1/2 Central Ave SE": "1200 block of Central Ave SE",
    "1234½ Central Ave SE": "1200 block of Central Ave SE",
    "1200-1210 Central Ave SE": "1200 block of Central Ave SE",
    "1200 - 1210 Central Ave SE": "1200 block of Central Ave SE",
    "1200\u20131210 Central Ave SE": "1200 block of Central Ave SE",
    "1200, Central Ave SE": "1200 block of Central Ave SE",
    "500 4th St NW": "500 block of 4th St NW",
    "500 Fourth Street Northwest": "500 block of 4th St NW",
    "500 12th": "500 block of 12th",
    "2200 98th St SW": "2200 block of 98th St SW",
    "500 2nd street": "500 block of 2nd St",
    "1200 N. Fourth St. N.W.": "1200 block of N 4th St NW",
    "500 montano rd nw": "500 block of Montaño Rd NW",
    "500 MONTAÑO RD NW": "500 block of Montaño Rd NW",
    "500 Montan\u0303o Rd NW": "500 block of Montaño Rd NW",
    "500 ESPANOLA ST NE": "500 block of Española St NE",
    "500 calle Cañón NW": "500 block of Calle Cañón NW",
    "500 mcmahon blvd nw": "500 block of McMahon Blvd NW",
    "500 McKenzie Ln": "500 block of McKenzie Ln",
    "500 O\u2019Brien Ln": "500 block of O'Brien Ln",
    "500 St. Josephs Dr NW": "500 block of St Josephs Dr NW",
    "500 ST CYR AVE SW": "500 block of St Cyr Ave SW",
    "1200 Paseo del Norte NE": "1200 block of Paseo del Norte NE",
    "1200 PASEO DEL NORTE BLVD NE": "1200 block of Paseo del Norte Blvd NE",
    "5000 Camino de la Sierra NE": "5000 block of Camino de la Sierra NE",
    "1200 Calle del Sol NE": "1200 block of Calle del Sol NE",
    "500 La Vega Dr SW": "500 block of La Vega Dr SW",
    "500 Old Coors Dr SW": "500 block of Old Coors Dr SW",
    "500 Avenida Cesar Chavez SE": "500 block of Avenida Cesar Chavez SE",
    "600 Dr. Martin Luther King Jr. Ave. NE": "600 block of Dr Martin Luther King Jr Ave NE",
    "8300 Indian School Rd NE": "8300 block of Indian School Rd NE",
    "9200 Pan American Freeway NE": "9200 block of Pan American Fwy NE",
    "500 Juniper Way NE": "500 block of Juniper Way NE",
    "500 Zinnia NE": "500 block of Zinnia NE",
    "200 Maria Gonzalez Ave": "200 block of Maria Gonzalez Ave",
    "12000 Hwy 14": "12000 block of Hwy 14",
    "12000 NM 337": "12000 block of NM 337",
    "at 1200 Central Ave SE": "1200 block of Central Ave SE",
}
MORE_THAN_A_HOUSE = {
    "1234 Central Ave SE Apt 7": "1200 block of Central Ave SE",
    "1234 Central Ave SE apartment 7B": "1200 block of Central Ave SE",
    "1234 Central Ave SE #12": "1200 block of Central Ave SE",
    "1234 Central Ave SE # 12": "1200 block of Central Ave SE",
    "1234 Central Ave SE, Unit 3": "1200 block of Central Ave SE",
    "1234 Central Ave SE Ste. 200": "1200 block of Central Ave SE",
    "1234 Central Ave SE depto 4": "1200 block of Central Ave SE",
    "1234 Lomas Apt B": "1200 block of Lomas",
    "500 Desert Willow Ln SW trailer 9": "500 block of Desert Willow Ln SW",
    "Apt 7, 1234 Zinnia Ct": "1200 block of Zinnia Ct",
    "1234 Central Ave SE, Albuquerque, NM 87106": "1200 block of Central Ave SE",
    "1234 Central Ave SE Albuquerque New Mexico 87106-1234 USA": "1200 block of Central Ave SE",
    "1234 Zinnia Ct, Apt 7, Albuquerque, NM": "1200 block of Zinnia Ct",
    "1234 Juan Tabo Blvd NE Apt 7 Albuquerque NM 87111": "1200 block of Juan Tabo Blvd NE",
    "1234 Central Ave SE\nApt 7\nAlbuquerque NM": "1200 block of Central Ave SE",
    "1200 Lomas ABQ": "1200 block of Lomas",
    "Walgreens 1200 Central Ave SE": "1200 block of Central Ave SE",
    "Walgreens, 1200 Central Ave SE": "1200 block of Central Ave SE",
    "Walgreens, 500 Zinnia Ct NE": "500 block of Zinnia Ct NE",
    "1200 Central Ave SE behind the gas station": "1200 block of Central Ave SE",
    "1200 Central Ave SE (behind the gas station)": "1200 block of Central Ave SE",
    "1200 Central Ave SE - parking lot": "1200 block of Central Ave SE",
    "in front of 1200 Central Ave SE": "1200 block of Central Ave SE",
    "Coors and Montaño, in the parking lot": "Coors and Montaño",
    "Central y San Mateo, atrás de la tienda": "Central and San Mateo",
}
BLOCKS = {
    "1200 block of Lomas": "1200 block of Lomas",
    "the 1200 block of Central Ave SE": "1200 block of Central Ave SE",
    "in the 1200 block of Central": "1200 block of Central",
    "1200 blk Lomas Blvd NE": "1200 block of Lomas Blvd NE",
    "1200 BLK OF LOMAS": "1200 block of Lomas",
    "1234 block of Central": "1200 block of Central",
    "unit block of Central Ave SE": "unit block of Central Ave SE",
    "500 block 12th St": "500 block of 12th St",
    "cuadra 1200 de Central SE": "1200 block of Central SE",
    "la cuadra 1200 de la Central": "1200 block of Central",
    "cuadra 500 de la calle Cuarta": "500 block of 4th St",
    "1200 bloque de Lomas": "1200 block of Lomas",
    "bloque 1200 de Lomas": "1200 block of Lomas",
}
SPANISH_HOUSES = {
    "Calle Cuarta 500": "500 block of 4th St",
    "calle 4 #500": "500 block of 4th St",
    "avenida Central 1200 SE": "1200 block of Central Ave SE",
    "Avenida Central Sureste 1200": "1200 block of Central Ave SE",
    "bulevar Lomas núm. 1200": "1200 block of Lomas Blvd",
    "500 calle Zinnia": "500 block of Calle Zinnia",
    "la San Mateo 1200": "1200 block of San Mateo",
}
CROSSINGS = {
    "Coors Blvd NW and Montaño Rd NW": "Coors Blvd NW and Montaño Rd NW",
    "Coors and Montaño": "Coors and Montaño",
    "coors & montano nw": "Coors and Montaño NW",
    "COORS BOULEVARD NORTHWEST AND MONTANO ROAD": "Coors Blvd NW and Montaño Rd",
    "Central/Yale": "Central and Yale",
    "Central @ Yale": "Central and Yale",
    "Central at Yale": "Central and Yale",
    "corner of 4th and Central": "4th and Central",
    "at the corner of Fourth and Central": "4th and Central",
    "NW corner of 4th St and Central Ave": "4th St and Central Ave",
    "the northeast corner of San Mateo and Lomas": "San Mateo and Lomas",
    "intersection of Tramway & Montgomery": "Tramway and Montgomery",
    "Second Street & Lomas": "2nd St and Lomas",
    "4th St. N.W. @ Montaño Rd. N.W.": "4th St NW and Montaño Rd NW",
    "esquina de la 4 y Central": "4th and Central",
    "en la esquina de la Cuarta y Central": "4th and Central",
    "la San Mateo y Comanche": "San Mateo and Comanche",
    "la 98 y Central": "98th and Central",
    "bulevar Lomas y la 12": "Lomas Blvd and 12th",
    "calle 4 y avenida Central": "4th St and Central Ave",
    "Central con Yale": "Central and Yale",
    "Central esquina con Yale": "Central and Yale",
    "cruce de Isleta y Río Bravo": "Isleta and Rio Bravo",
    "calle Lomas y San Pedro": "Lomas and San Pedro",
    "Avenida César Chávez y Broadway": "Avenida Cesar Chavez and Broadway",
    "4th and Los Ranchos": "4th and Los Ranchos",
    "4th and Los Ranchos, Los Ranchos NM": "4th and Los Ranchos",
    "I-40 and Coors": "I-40 and Coors",
    "I-25 northbound at Gibson": "I-25 and Gibson",
    "Interstate 25 & Comanche": "I-25 and Comanche",
    "US 66 and Coors": "US 66 and Coors",
    "Route 66 & Unser": "Route 66 and Unser",
    "State Road 528 and Ellison": "NM 528 and Ellison",
    "Paseo del Norte and Wyoming": "Paseo del Norte and Wyoming",
    "Edith and Candelaria": "Edith and Candelaria",
    "Madison St and Jackson": "Madison St and Jackson",
    "Zinnia Ct NE and Juniper Ln NE": "Zinnia Ct NE and Juniper Ln NE",
    "Coors and Montaño, Albuquerque, NM": "Coors and Montaño",
}
KNOWN = HOUSES | MORE_THAN_A_HOUSE | BLOCKS | SPANISH_HOUSES | CROSSINGS


@pytest.mark.parametrize(("address", "block"), KNOWN.items())
def test_an_address_is_known_by_its_block_or_crossing(address, block):
    assert block_of(address) == block


@pytest.mark.parametrize("block", sorted(set(KNOWN.values())))
def test_a_block_is_its_own_block(block):
    assert block_of(block) == block


# Below the ZIP codes of New Mexico, which are no house numbers.
@given(number=st.integers(1, 86_999), street=st.sampled_from(sorted(listed_streets())))
def test_every_listed_street_is_known_by_name_and_type_in_any_case(number, street):
    known = listed_streets()[street]
    for street_type in known.types:
        written = " ".join(filter(None, [known.name, street_type]))
        hundreds = str(number // 100 * 100) if number >= 100 else "unit"
        assert block_of(f"{number} {written.upper()} NE") == f"{hundreds} block of {written} NE"


def test_the_list_names_four_hundred_streets_once():
    assert len(listed_streets()) > 400
    assert all(name == folded(name) for name in listed_streets())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1200 block of Central Ave SE", "1200 block of Central Ave SE"),
        ("1200 block of Central SE", "1200 block of Central Ave SE"),
        ("500 block of 4th St NW", "500 block of 4th NW"),
        ("Coors and Montaño", "Montaño Rd NW and Coors Blvd NW"),
        ("unit block of Zinnia Ct NE", "unit block of ZINNIA Ct NE"),
    ],
)
def test_two_ways_of_saying_it_are_one_block(one, other):
    assert same_block(one, other)
    assert same_block(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, None),
        ("1200 block of Central Ave SE", None),
        ("1200 block of Central Ave SE", "1300 block of Central Ave SE"),
        ("1200 block of Central Ave SE", "1200 block of Central Ave SW"),
        ("1200 block of Central", "1200 block of Central Ave SE"),
        ("1200 block of Palomas Ave NE", "1200 block of Palomas Dr NE"),
        ("Coors and Montaño", "Coors and Central"),
        ("Coors Blvd NW and Montaño", "Coors Blvd SW and Montaño"),
        ("1200 block of Central", "Central and Yale"),
        ("elsewhere", "somewhere"),
    ],
)
def test_two_places_are_not_one_block(one, other):
    assert not same_block(one, other)
    assert not same_block(other, one)


def test_plain_addresses_are_read_without_loading_the_parser():
    """Its 50 ms are for the address that has other words around it."""
    program = (
        "import sys; from app.domain.block import block_of\n"
        "assert block_of('1234 Central Ave SE') and block_of('Coors and Montaño') and not block_of('Juan Perez')\n"
        "assert 'usaddress' not in sys.modules\n"
        "assert block_of('Walgreens 1234 Central Ave SE')\n"
        "assert 'usaddress' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
