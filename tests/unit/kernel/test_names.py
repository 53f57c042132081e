"""Names: cleaning, finding, sorting, showing."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.kernel.names import (
    MAX_QUERY_TOKENS,
    clean_name,
    initial,
    matches,
    name_in,
    script_of,
    search_key,
    search_tokens,
    sort_key,
)

bangla = st.text(alphabet=[chr(code) for code in range(0x0980, 0x0A00)] + list("\u200c\u200d .:'"))
arabic = st.text(alphabet=[chr(code) for code in range(0x0600, 0x0700)] + list("ﷺﻻ '"))
latin = st.text(alphabet="abehmosMDHé .-'\"%_\\\x00İßſ\u0345")
any_text = st.one_of(st.text(), bangla, arabic, latin)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Rafi \t Hossain\n", "Rafi Hossain"),
        ("Rafi\x00\x07\u202e Hossain\u200f", "Rafi Hossain"),
        ("র\u200d্যাব", "র\u200d্যাব"),
        ("\u200dরাফি\u200c", "রাফি"),
        ("\ufeffمحمد\u00ad", "محمد"),
        ("Rafi\ud800", "Rafi"),
        ("\u09dfা", "\u09af\u09bcা"),
        ("\u200d \x00", ""),
    ],
)
def test_a_name_is_kept_clean(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@given(any_text)
def test_cleaning_a_name_twice_changes_nothing_more(text: str) -> None:
    once = clean_name(text)
    assert clean_name(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == " ".join(once.split())
    once.encode()


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        # Bangla: both typings of the dotted letters, old and new spelling, letters that sound alike
        ("আয়েশা", "আ\u09dfেশা"),
        ("আ\u09dfেশা", "আয\u09bcেশা"),
        ("প্রথম শ্রেণি", "শ্রেণী"),
        ("প্রথম শ্রেণী", "শ্রেনি"),
        ("অামিনা", "আমিনা"),
        ("রহিম", "ব\u09bcহিম"),
        ("র\u200d্যাব", "র্যাব"),
        ("নূর জাহান", "নুর যাহান"),
        ("চাঁদনী", "চাদনি"),
        ("শাহীন", "সাহিন"),
        ("উৎপল", "উত্পল"),
        ("বাঙলা", "বাংলা"),
        ("গাড়ি", "গারি"),
        ("মোঃ রাফি", "মো. রাফি"),
        ("মো: রাফি", "মোহাম্মদ রাফি"),
        ("মোছাঃ আমিনা", "মোসাম্মৎ আমিনা"),
        ("দুঃখী", "দুখি"),
        ("শাখা ৭", "শাখা 7"),
        # Arabic: hamza, final letters, vowel signs, tatweel, presentation forms, the article
        ("أَحْمَد", "احمد"),
        ("فاطمة", "فاطمه"),
        ("مصطفى", "مصطفي"),
        ("محمـــد", "محمد"),
        ("ﻻﻣﻌﺔ", "لامعه"),
        ("الرحمن", "رحمن"),
        ("کریم", "كريم"),
        # English
        ("Md. Rafi", "mohammad rafi"),
        ("Muhammad Rafi", "MD RAFI"),
        ("Md.Rafi", "rafi"),
        ("Rafi Hossain", "hosain"),
        ("Rafi Hussain", "Hossain"),
        ("Noor Begum", "nur"),
        ("Shaheed", "shahid"),
        ("Qur’an School", "quran"),
        ("José", "JOSE"),
        ("Ｒafi", "rafi"),
        ("Chowdhury", "Choudhuri"),
        # the beginning of a word is enough
        ("Rafi Hossain", "ra hoss"),
        ("Mohammad Rafi", "moham"),
        ("মোহাম্মদ রাফি", "মোহা"),
    ],
)
def test_a_name_is_found_however_it_is_spelt(stored: str, typed: str) -> None:
    assert matches(search_key(stored), typed)


@pytest.mark.parametrize(
    ("kept", "spellings"),
    [
        ("md", "Md MD. Mohd Mohammad Mohammed Mohamad Mohamed Muhammad Muhammed Muhammod Mohammod"),
        ("mst", "Mst. Mosammat Musammat Mosammot Mossammat"),
        ("hosain", "Hossain Hosain Hussain Husain"),
        ("chowdhury", "Chowdhury Choudhury Chaudhuri Choudhuri"),
        ("rahman", "Rahman Rohman Rahaman"),
        ("sk", "Sheikh Shaikh Sk."),
        ("মো", "মোঃ মো: মো. মোহাম্মদ মুহাম্মদ মোহাম্মাদ"),
        ("মোছা", "মোছাঃ মোসাঃ মোছাম্মৎ মোসাম্মৎ মুসাম্মৎ"),
    ],
)
def test_the_spellings_of_one_name_meet(kept: str, spellings: str) -> None:
    for spelling in spellings.split(" "):
        assert search_tokens(spelling) == [kept]


def test_other_names_are_not_found() -> None:
    assert not matches(search_key("Rafi Hossain", "রাফি হোসেন"), "karim")
    assert not matches(search_key("Rafi Hossain"), "rafi karim")
    assert not matches(search_key("Rafi Hossain"), "ossain")


def test_a_key_holds_each_word_once_and_all_scripts() -> None:
    assert search_key("Rafi Rafi", None, "রাফি", "رافي", "") == "rafi রাফি رافي"
    assert search_key("Md. Hossain") == "md hossain hosain"
    assert search_key() == search_key(None, "", "'\"\\\x00") == ""


def test_the_strict_key_keeps_hasanta() -> None:
    assert "র্য" in search_key("র\u200d্যাব").split()[0]


@given(st.lists(any_text, max_size=3))
@example(["অাা"])
@example(["بالالالالال"])
def test_the_key_of_a_key_is_the_key(texts: list[str]) -> None:
    key = search_key(*texts)
    assert search_key(key) == key


@given(any_text)
def test_keys_and_tokens_hold_letters_marks_and_digits_only(text: str) -> None:
    key = search_key(text)
    for token in (key.split(" ") if key else []) + search_tokens(text):
        assert token
        assert all(unicodedata.category(char)[0] in "LMN" for char in token)
        token.encode()


@given(any_text)
def test_every_text_is_found_by_itself(text: str) -> None:
    assert matches(search_key(text), text)
    assert search_tokens(" ".join(search_tokens(text))) == search_tokens(text)


def test_a_query_of_many_words_is_cut() -> None:
    assert len(search_tokens(" ".join(f"word{number}" for number in range(1000)))) == MAX_QUERY_TOKENS
    assert max(map(len, search_tokens("a1" * 5000))) <= 64


def test_bangla_names_sort_as_in_a_dictionary() -> None:
    ordered = "অমল আমিনা কবির কামাল ক্ষমা খালেদ ডলি ডালিয়া ড়া ঢাকা তমা তুলি ৎ থানা যতীন যোসেফ য় রহিম"
    names = ordered.split(" ")
    assert sorted(set(names), key=sort_key) == names


def test_the_shorter_name_and_the_name_without_case_come_first() -> None:
    assert sorted(["Rafiq", "rafi Khan", "Rafi", "أحمد", "احسان", "রাফি"], key=sort_key) == [
        "Rafi",
        "rafi Khan",
        "Rafiq",
        "احسان",
        "أحمد",
        "রাফি",
    ]


@given(any_text)
def test_any_text_has_a_sort_key_that_can_be_stored(text: str) -> None:
    key = sort_key(text)
    assert "\x00" not in key
    key.encode()


def test_a_name_is_shown_in_the_readers_script_or_marked() -> None:
    assert name_in("bn", "Rafi", "রাফি", None) == ("রাফি", "bn")
    assert name_in("bn", "Rafi", "", "رافي") == ("Rafi", "en")
    assert name_in("ar", None, "রাফি", None) == ("রাফি", "bn")
    assert name_in("en", None, None, None) == ("", "en")


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("রাফি", "রা"),
        ("শ্রাবণী", "শ্রা"),
        ("ক্ষমা", "ক্ষ"),
        ("স্ত্রী", "স্ত্রী"),
        ("র\u200d্যাব", "র\u200d্যা"),
        ("মোঃ রাফি", "মোঃ"),
        ("\u09dfা", "\u09af\u09bcা"),
        ("rafi", "R"),
        ("  'Émile", "É"),
        ("محمد", "م"),
        ("مُحمد", "مُ"),
        ("৭ম", "৭"),
        ("ক্ ক", "ক্"),
        ("…", ""),
        ("", ""),
    ],
)
def test_the_circle_holds_one_whole_letter(name: str, letter: str) -> None:
    assert initial(name) == letter


@given(any_text)
def test_any_name_has_a_short_initial_or_none(text: str) -> None:
    assert len(initial(text)) <= 14
    assert bool(initial(text)) == any(char.isalnum() for char in unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Rafi Hasan", "en"),
        ("রাফি হাসান", "bn"),
        ("فاطمة الزهراء", "ar"),
        ("মোঃ Rafi", "en"),
        ("রাফি হাসান (7)", "bn"),
        ("Ólafur Þór", "en"),
        ("123", "en"),
        ("", "en"),
    ],
)
def test_the_script_of_a_name_says_which_of_the_three_it_is(text: str, language: str) -> None:
    assert script_of(text) == language
