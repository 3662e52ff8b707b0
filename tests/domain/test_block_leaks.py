"""Nothing but a place comes out of an address field, whatever was typed into it. All people here are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.block import block_of
from app.domain.street_words import folded

NOT_CERTAINLY_A_PLACE = """
12
Central
Central Ave SE
4th St NW
Coors Blvd NW
I-40
87106
Albuquerque, NM
0 Central Ave SE
01200 Central Ave SE
123456 Central Ave SE
1,200 Central Ave SE
one Civic Plaza NW
4 Central
2 Comanche
3 Zinnia Ct
2 agents drive
7-11 Central
Montgomery 4500
1200 Zinnia
87106 Zinnia Ct NE
Central 87106
500 the Perez Ave
12 Maria SE
500 la de Maria Ave
1200 block Zinnia
1200 block
unit block of Central
500 Juniper Way
500 4th place
1200-2400 Central Ave SE
1210-1200 Central Ave SE
(505) 555-9100 Lomas
505-555-0100 Central Ave SE
5055550100
505 555 0100 Lomas Blvd
123-45-6789
A123456789
maria@example.com
central@yale.edu
1200 Central Ave SE, 800 Lomas Blvd NE
Coors and Montaño, 4th and Central
Central and 4th and Lomas
Central between 4th and 5th
entre la 4 y la 5
Central and Central
near Central
3 blocks from Central
Juan Perez
Maria
Juan and Maria
Juan Perez y Maria Lopez
calle de Maria y Juan
500 calle de Maria
Madison and Jackson
Martha & Elizabeth
Zuni and Navajo
Dallas y Virginia
St Marys and Juan
Central and Juan
Juan at Central
Coors and Montaño Juan Perez
the Perez place
500 the Perez place
500 Juan Perez
500 Juan Perez NE
500 Perez place
500 Juan Perez is hiding at St Marys
500 Juan's St
500 Juan Perez Central Ave SE
500 Perez Central Ave
500 Central Perez Ave
500 Lomas Juan Dr
500 Juan lives on Elm St
500 Maria Lopez Perez Ct
500 Perez Street apt of Maria Lopez
500 esposo de Maria St
500 maria.lopez St
Juan, 500 Zinnia Ct
500 Zinnia Ct, ask for Maria
500 Maria Ct Lopez Dr
500 Maria se
us 2 and Central
I 2 and Coors
NM 87106
4 and Central
12/24
1/2
# # #
' and '
""".strip().splitlines()
NOT_READABLE = [
    *("", " ", "\u2167 and Central", "1200 \u0421entral Ave SE", "1200 Central\x00Ave", "\ud800 and Central"),
    *("1\uff1200 Central Ave SE", "中央 and 4th", "a" * 201, "1200 Central Ave SE".ljust(201)),
]
DETAILS = """
Xiomara
XIOMARA ZEPEDA
xiomara zepeda
Xiomara Zepeda Quetzal
Dr. Xiomara
Xiomara Dr
Xiomara St
la Zepeda SE
Xiomara NE
the Zepeda place
Zepeda's Ct
ask for Xiomara
con Xiomara
y Xiomara
and Xiomara
& Xiomara
/ Xiomara
at Zepeda
de Xiomara
St Xiomara
Calle Xiomara
N Xiomara
xiomara@example.com
x.zepeda@example.org
505-555-9199
5055559199
(505) 555-9199
+1 505 555 9199
Apt 9199
#9199
Unit 9199
lot 9199
depto 9199
c/o Xiomara
A919991999
919-99-9199
9199
""".strip().splitlines()
LISTED_PLACES = """
1200 Central Ave SE
1200 Lomas
1200 block of Lomas Blvd NE
Calle Cuarta 500
cuadra 1200 de Central SE
500 4th St NW
1234 Juan Tabo Blvd NE Apt 7, Albuquerque, NM 87106
I-40 and Coors
Coors and Montaño
corner of 4th and Central
esquina de la 4 y Central
""".strip().splitlines()


@pytest.mark.parametrize("address", NOT_CERTAINLY_A_PLACE + NOT_READABLE)
def test_what_is_not_certainly_a_place_has_no_block(address):
    assert block_of(address) is None


@pytest.mark.parametrize("place", LISTED_PLACES)
@pytest.mark.parametrize("between", [" ", ", ", "; ", " - ", "\n"])
def test_no_person_phone_e_mail_or_apartment_comes_out_wherever_it_stands(place, between):
    """Each is put at the start, at the end and after each word. What follows a house number may be its own number."""
    words = place.split()
    for detail in DETAILS:
        for position in range(len(words) + 1):
            address = between.join(filter(None, [" ".join(words[:position]), detail, " ".join(words[position:])]))
            block = (block_of(address) or "").casefold()
            leaked = [mark for mark in ("xiomara", "zepeda", "quetzal", "9199", "555", "919") if mark in block]
            assert not leaked, address


PIECES = st.sampled_from(
    """
    1200 12 505 555 0100 Central Lomas Montaño Coors 4th Second Ave St Dr Pl SE NE and y & / @ , - # Apt block of de la
    calle esquina corner the is Juan Perez María O'Neil I-40 US 66 Albuquerque NM 87106 ( ) ; . ' ½ casa behind
    """.split()  # noqa: SIM905 - pieces of text
)
LOWERED_VOCABULARY = {"block", "of", "unit", "and"}


@given(st.lists(PIECES, max_size=14).map(" ".join))
def test_a_block_holds_no_word_that_was_not_typed_or_listed(address):
    """Each word of the output was said, in some spelling; and the output is a block of its own."""
    block = block_of(address)
    if block is not None:
        assert block_of(block) == block
        said = set(folded(address).replace("second", "2nd").replace("calle", "st").replace("i 40", "i-40").split())
        of_numbers = {word for word in folded(block).split() if word[0].isdigit()}
        assert set(folded(block).split()) - LOWERED_VOCABULARY - of_numbers <= said


@given(st.text(max_size=250))
def test_no_text_of_any_script_makes_it_fail(text):
    block = block_of(text)
    assert block is None or block_of(block) == block


@given(st.lists(PIECES | st.text(max_size=3), max_size=30).map(" ".join))
def test_no_muddle_of_an_address_makes_it_fail(text):
    block_of(text)
