"""The rules in force, in words made of the numbers that decide."""

from collections.abc import Iterator
from dataclasses import dataclass

from tenants.benchmarks.service import rules_in_force
from tenants.benchmarks.windows import LAG_MONTHS, MINIMUM_AGE, REJOIN_MONTHS, RELEASE_MONTHS
from tenants.disclosure.figures import CORRELATION_FLOOR, FEW, OPTION_MINIMUM, STEPS, Unit
from tenants.disclosure.peers import HUNDREDTHS_FROM
from tenants.metrics import CONTRIBUTION_FLOOR, MetricRows
from tenants.organisations.insight_settings import floors as edition_rules


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        title: A few words, as a heading.
        text: What it says, in whole sentences.
    """

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Methodology:
    """How figures come about and which of them are withheld.

    Attributes:
        title: Of the whole.
        insights: What holds inside an organisation.
        benchmark: What holds across organisations.
    """

    title: str
    insights: tuple[Rule, ...]
    benchmark: tuple[Rule, ...]


def describe_methodology() -> Methodology:
    """Return the rules that this installation publishes by."""
    return Methodology(
        "How figures are made, and when they are withheld",
        tuple(_insights()),
        (*_contributions(), *_statistics()),
    )


def _insights() -> Iterator[Rule]:
    """Yield what holds of figures from an organisation's own answers and offers."""
    rules = edition_rules()
    k = rules.minimum
    yield Rule(
        "Published, not queried",
        f"Figures from answers are published in editions: one for every {rules.window_months}"
        " months, the same for every reader. Each answer counts in exactly one edition, and an"
        " edition never changes, except that a figure is withdrawn when too few remain behind it.",
    )
    yield Rule(
        "A crowd behind every figure",
        f"At least {k} answers are needed. Confidential and anonymous answers are included only"
        f" where there are none or at least {k} of each; otherwise the figure rests on identified"
        " answers only, and says so. Confidential and anonymous answers that are left out wait"
        " for the next edition.",
    )
    yield Rule(
        "No crowd by subtraction",
        "What an organisation's figure leaves over when those of its departments are taken away"
        f" is nobody, or at least {k} answers in all, {k} that are not identified and {k} that"
        " are anonymous. Otherwise the smallest department is withheld, too.",
    )
    yield Rule(
        "No figure speaks of everybody",
        f"Below {FEW} answers a share near none or all is shown as at most or at least one answer"
        f" away from it. From {rules.distribution_minimum} answers the distribution is shown,"
        f" neighbouring options merged until each holds nobody or at least {OPTION_MINIMUM}.",
    )
    yield Rule(
        "No few hidden answers agree",
        f"Whoever takes away the answers that it reads is left with others. Of fewer than {FEW} of"
        " those no figure shows that all of them agree: it is shown as if one of them did not, and"
        " a mean then has no interval.",
    )
    yield Rule(
        "What goes together",
        f"How an aspect goes together with the overall score is told of the whole organisation from"
        f" {CORRELATION_FLOOR} answers, to a tenth (Spearman's rank correlation). Confidential and"
        f" anonymous answers together are held against identified ones where there are {k} of both"
        " and nobody is left over between them and the departments.",
    )
    yield from _insights_in_print()


def _insights_in_print() -> Iterator[Rule]:
    """Yield how such figures are rounded, and which need no group."""
    rules = edition_rules()
    coarse, fine = STEPS[Unit.SHARE]
    yield Rule(
        "Rounding",
        f"Shares are rounded to {100 * coarse:.0f} percentage points below {FEW} answers, else to"
        f" {100 * fine:.0f}. Intervals hold the true value in 95 of 100 samples: Wilson's for"
        " shares, Student's for means, adjusted Wald for the candidate NPS.",
    )
    yield Rule(
        "Response rate",
        f"Shown from {rules.response_rate_minimum} delivered invitations, to 10 percentage points"
        " and never below 10 % or above 90 %.",
    )
    yield Rule(
        "Figures from offers",
        "What the applicant-tracking system knows of offers is live and exact for a role that may"
        f" list those offers; for others at least {rules.minimum} offers are needed.",
    )


def _contributions() -> Iterator[Rule]:
    """Yield what holds of who takes part and of what each gives."""
    offers, responses = (
        CONTRIBUTION_FLOOR[one] for one in (MetricRows.OFFERS, MetricRows.RESPONSES)
    )
    yield Rule(
        "Give to get",
        "An organisation sees the benchmark when it has opted in, is at least"
        f" {MINIMUM_AGE.days} days old and contributes: {offers} resolved offers for rates,"
        f" {responses} answers for everything else. It can leave at any time; the next release is"
        f" made without it, and it may join again {REJOIN_MONTHS} months later.",
    )
    yield Rule(
        "No invented organisations",
        "An organisation counts from when the operator of the installation vouches for it, and says"
        " which corporate family it belongs to.",
    )
    yield Rule(
        "What leaves an organisation",
        "One value for each metric and window, and how many stand behind it: rates, shares, scores"
        " and durations. No answer, no offer, no name, no pay and no terms of an offer.",
    )
    yield Rule(
        "Releases",
        f"A release compares {RELEASE_MONTHS} months, which end {LAG_MONTHS} month before it. It"
        " is numbered, frozen and made by a role of the database that can read contributions,"
        " the peer catalogue and consent, and nothing else. What it was made of is kept, so that it"
        " can be made again and compared.",
    )
    yield Rule(
        "One family, one vote",
        "Organisations of one corporate family count once, each by how much it contributes.",
    )
    yield Rule(
        "Comparable questions",
        "A question is compared only with the same question: type, wording, options and scale.",
    )


def _statistics() -> Iterator[Rule]:
    """Yield what holds of what is shown."""
    rules = rules_in_force()
    yield Rule(
        "Quantiles only",
        "The median, quartiles and the tenth and ninetieth percentile by Harrell and Davis (1982),"
        " which rest on all values. No mean, no total, no smallest or largest value, no list of"
        " who takes part, and their number in bands.",
    )
    yield Rule(
        "Nobody subtracts what is known",
        "Whoever sees several organisations, alone or together with others of the same firm, is"
        " taken to know all of them exactly. Of families outside those, a median needs"
        f" {rules.median_minimum}, quartiles {rules.quartile_minimum} and the tenth and ninetieth"
        f" percentile {rules.tail_minimum}; and none of them may carry more than"
        f" {100 * rules.largest_share:.0f} % of what is unknown.",
    )
    yield Rule(
        "Nobody comes or goes alone",
        f"In groups of fewer than {rules.stable_from} families, new ones wait until at least"
        f" {rules.together_minimum} join together. Those who give too little stay with what they"
        f" gave last for up to {rules.carried_releases} releases, unless {rules.together_minimum}"
        " go together. Of those who withdrew, or of whom an answer was erased, nothing stays; when"
        f" fewer than {rules.together_minimum} go, the group is withheld for that release. Whoever"
        " knows several families, such as a firm its clients, does not count those.",
    )
    yield Rule(
        "Nobody is left over",
        "Of a group's families, those who are in none of its published narrower groups number none"
        f" or at least {rules.complement_minimum}; else the smallest of these is withheld. For"
        " whoever knows several families, these do not count among those who are left over.",
    )
    coarse, fine = STEPS[Unit.SHARE]
    yield Rule(
        "Rounding and standing",
        f"Shares are rounded to {100 * fine:.0f} percentage point from {FEW} other families on,"
        f" else to {100 * coarse:.0f}. An organisation's standing is told in quarters; where its"
        f" own figure is one of offers, in tenths from {FEW} and in hundredths from"
        f" {HUNDREDTHS_FROM} other families on.",
    )
    yield Rule(
        "Peer groups",
        "Groups are a fixed catalogue of industry, size and region, at most two at once. Where too"
        " few stand behind a group the nearest wider one is used, and named.",
    )
