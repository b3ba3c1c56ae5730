"""How often somebody may fail to sign in."""

import pytest

from api.auth.attempts import Attempts, TooManyAttempts


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(clock: Clock) -> Attempts:
    return Attempts(clock=clock)


def test_ten_failures_for_an_account_are_let_through_from_wherever(
    attempts: Attempts, clock: Clock
) -> None:
    for number in range(10):
        attempts.start(account="dana@client.example", address=f"192.0.2.{number}")
        clock.now += 1
    with pytest.raises(TooManyAttempts) as refused:
        attempts.start(account=" Dana@Client.example", address="192.0.2.99")
    assert refused.value.seconds == 891
    attempts.start(account="eli@client.example", address="192.0.2.99")


def test_ten_failures_from_an_address_are_let_through_for_whomever(attempts: Attempts) -> None:
    for number in range(10):
        attempts.start(account=f"{number}@client.example", address="192.0.2.1")
    with pytest.raises(TooManyAttempts):
        attempts.start(account="new@client.example", address="192.0.2.1")
    attempts.start(account="new@client.example", address="192.0.2.2")


def test_a_refused_attempt_does_not_prolong_the_wait(attempts: Attempts, clock: Clock) -> None:
    for _ in range(10):
        attempts.start(account="a", address="192.0.2.1")
    for _ in range(50):
        clock.now += 10
        with pytest.raises(TooManyAttempts):
            attempts.start(account="a", address="192.0.2.1")
    clock.now = 1000.0 + 15 * 60
    attempts.start(account="a", address="192.0.2.1")


def test_failures_leave_the_window_one_by_one(attempts: Attempts, clock: Clock) -> None:
    for _ in range(10):
        attempts.start(account="a", address="192.0.2.1")
        clock.now += 60
    clock.now = 1000.0 + 15 * 60
    attempts.start(account="a", address="192.0.2.1")
    with pytest.raises(TooManyAttempts) as refused:
        attempts.start(account="a", address="192.0.2.1")
    assert refused.value.seconds == 61


def test_a_success_forgives_itself_and_no_failure(attempts: Attempts) -> None:
    for _ in range(9):
        attempts.start(account="a", address="192.0.2.1")
    for _ in range(20):
        attempts.forgive(attempts.start(account="a", address="192.0.2.1"))
    attempts.start(account="a", address="192.0.2.1")
    with pytest.raises(TooManyAttempts):
        attempts.start(account="a", address="192.0.2.1")


def test_what_succeeds_at_once_is_not_remembered(attempts: Attempts) -> None:
    attempts.forgive(attempts.start(account="a", address="192.0.2.1"))
    assert not attempts._times


def test_a_network_of_one_household_counts_as_one_address(attempts: Attempts) -> None:
    for number in range(10):
        attempts.start(account=str(number), address=f"2001:db8:1:2::{number:x}")
    with pytest.raises(TooManyAttempts):
        attempts.start(account="new", address="2001:db8:1:2:ffff::1")
    attempts.start(account="new", address="2001:db8:1:3::1")


def test_an_address_is_the_same_in_both_families(attempts: Attempts) -> None:
    for number in range(10):
        attempts.start(account=str(number), address="::ffff:192.0.2.1")
    with pytest.raises(TooManyAttempts):
        attempts.start(account="new", address="192.0.2.1")


def test_the_memory_is_bounded(clock: Clock) -> None:
    attempts = Attempts(clock=clock, most_keys=100)
    for number in range(1000):
        attempts.start(account=str(number), address=f"198.51.{number // 250}.{number % 250}")
    assert len(attempts._times) == 100


def test_no_address_is_one_address(attempts: Attempts) -> None:
    for number in range(10):
        attempts.start(account=str(number), address=None)
    with pytest.raises(TooManyAttempts):
        attempts.start(account="new", address=None)
