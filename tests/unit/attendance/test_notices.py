"""What a family is told: never a wrong last word, and no word that is not needed."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.domain.attendance.notices.rules import in_one_part, next_word, word_before
from app.domain.attendance.notices.types import Truth, Word
from app.domain.kernel.segments import count_segments, fold_for_sms

MORNING = st.lists(
    st.tuples(
        st.sampled_from(Truth),  # what the register says when the job looks
        st.integers(1, 3),  # how many jobs look before it changes
        st.booleans(),  # whether what was written leaves before it changes
        st.booleans(),  # whether the family has announced it by then
    ),
    max_size=10,
)


@given(MORNING)
def test_no_family_is_left_with_a_wrong_word_and_none_is_told_twice(
    morning: list[tuple[Truth, int, bool, bool]],
) -> None:
    word, times, waiting = Word.NOTHING, 0, False
    read: list[Word] = []  # what the family has in its hands
    announced = False
    for truth, jobs, leaves, announces in morning:
        announced |= announces
        for _ in range(jobs):
            said = next_word(word, truth, is_announced=announced)
            if said is None:
                continue
            if waiting:  # taken back unread
                word, times, waiting = word_before(word, times), times - 1, False
            else:
                word, times, waiting = said, times + 1, True
        if waiting and leaves:
            read.append(word)
            waiting = False
        # Each word read differs from the one before it.
        assert all(one is not other for one, other in pairwise(read))
        last = read[-1] if read else Word.NOTHING
        if truth is Truth.NOT_ABSENT:
            assert (word if waiting else last) is not Word.ABSENT
        if truth is Truth.ABSENT and not announced:
            assert word is Word.ABSENT
        if truth is Truth.ABSENT and read:
            assert word is Word.ABSENT


def test_no_word_without_need() -> None:
    assert next_word(Word.NOTHING, Truth.NOT_ABSENT, is_announced=False) is None
    assert next_word(Word.NOTHING, Truth.ABSENT, is_announced=True) is None
    assert next_word(Word.ABSENT, Truth.UNKNOWN, is_announced=False) is None
    assert next_word(Word.ABSENT, Truth.NOT_ABSENT, is_announced=True) is Word.NOT_ABSENT
    assert next_word(Word.NOT_ABSENT, Truth.ABSENT, is_announced=True) is Word.ABSENT


def test_a_name_is_shortened_before_a_text_has_two_parts() -> None:
    assert in_one_part(lambda who: f"{who} is absent", "Rafi Hasan") == "Rafi Hasan is absent"
    long = "মোহাম্মদ আব্দুল্লাহ আল মামুন চৌধুরী"
    text = in_one_part(lambda who: f"{who} ২২ নভে অনুপস্থিত। কারণ জানান। স্মার্ট একাডেমি", long)
    assert text.startswith("মোহাম্মদ")
    assert count_segments(fold_for_sms(text)).parts == 1
