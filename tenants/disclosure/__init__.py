"""Who may be shown what: pure rules over counts and sets of respondents, without any input.

`cells` decides which respondents a published cell covers, `figures` what is shown of a number, and
`peers` which quantiles across organisations are safe for whom. Numbers are settings that can be
raised and never lowered below their floor.
"""
