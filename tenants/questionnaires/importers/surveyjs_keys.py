"""What of SurveyJS's JSON is read; what is not is reported, unless it is about looks alone."""

import re
from collections.abc import Mapping
from typing import Any, Final

from tenants.questionnaires.importers.assembly import left_out

Json = dict[str, Any]

# Our own property, which SurveyJS keeps.
OWN: Final = "afterword"
SURVEY: Final = frozenset({"title", "locale", "pages", "elements", OWN, "$schema", "sjsVersion"})
PAGE: Final = frozenset({"name", "title", "elements", "visibleIf", OWN})
_QUESTION: Final = frozenset(
    {
        *("type", "name", "title", "html", "description", "isRequired", "visibleIf", "choices"),
        *("rows", "columns", "choicesOrder", "showOtherItem", "hasOther", "otherText"),
        *("showNoneItem", "hasNone", "noneText", "minSelectedChoices", "maxSelectedChoices"),
        *("rateMin", "rateMax", "rateValues", "minRateDescription", "maxRateDescription"),
        *("inputType", "min", "max", "maxLength"),
    }
)
_OPTION: Final = frozenset({"value", "text"})
_LOOKS: Final = re.compile(
    r"show(?!Refuse|DontKnow|SelectAll)|logo|width|minWidth|maxWidth|progress|background|header|fit"
    r"|toc|navigation(?!ToUrl)|matrixDrag|autoFocus|autoGrow|allowResize|startWithNewLine|indent"
    r"|hideNumber|colCount|cols$|size$|state$|placeholder|renderAs|displayMode|rate(?:Type|Display|Color)"
    r"|\w+Location$|(?:page|complete|preview|edit|startSurvey)\w*Text$|requiredMark|requiredText"
    r"|checkErrorsMode|textUpdateMode|question(?:Title|Description|Error)\w*$|isSinglePage"
)


def list_unread(element: Mapping[str, Any], read: frozenset[str]) -> list[str]:
    """Return the names of what an element has, beyond what is read and what is about looks."""
    return [
        name
        for name, value in element.items()
        if value and name not in read | {OWN}
        if not _LOOKS.match(name)
    ]


def list_losses(element: Json) -> list[str]:
    """Return what of a question is not read: settings of its own, and of its options."""
    losses = left_out(list_unread(element, _QUESTION))
    if element.get("choicesOrder") not in {None, "none", "random"}:
        losses.append("its order of choices was left out")
    if element.get("inputType") == "number":
        bounds = (name for name in ("min", "max") if name in element)
        losses += left_out(name for name in bounds if not isinstance(element[name], int))
    parts = [element.get(name) or () for name in ("choices", "rows", "columns", "rateValues")]
    lists = [one for one in parts if isinstance(one, list)]
    options = [one for part in lists for one in part if isinstance(one, dict)]
    names = dict.fromkeys(name for one in options for name in list_unread(one, _OPTION))
    return losses + [f"the {name} of its options was left out" for name in names]
