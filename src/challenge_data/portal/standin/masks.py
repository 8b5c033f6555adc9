"""The X-Fields header: which fields of an answer to send, as flask-restx (which runs data.gouv.fr's API) reads it."""


def apply(mask: str, value):
    """``data{id,resources{format}},total`` keeps these fields and no other; lists are gone through.

    Raises:
        ValueError: braces that do not match, as the real API refuses them (400).
    """
    text = mask.strip()
    fields, rest = _parse(text[1:-1] if text.startswith("{") and text.endswith("}") else text)
    if rest:
        raise ValueError("a brace closes nothing")
    return _keep(fields, value)


def _parse(text: str) -> tuple[dict[str, dict], str]:
    fields: dict[str, dict] = {}
    name = ""
    while text:
        one, text = text[0], text[1:]
        if one == "{":
            if not name.strip():
                raise ValueError("a brace without a name")
            fields[name.strip()], text = _parse(text)
            if not text.startswith("}"):
                raise ValueError("a brace is not closed")
            name, text = "", text[1:]
        elif one in ",}":
            if name.strip():
                fields[name.strip()] = {}
            name = ""
            if one == "}":
                return fields, one + text
        else:
            name += one
    if name.strip():
        fields[name.strip()] = {}
    return fields, ""


def _keep(fields: dict[str, dict], value):
    if isinstance(value, list):
        return [_keep(fields, one) for one in value]
    if not isinstance(value, dict) or not fields or "*" in fields:
        return value
    return {key: _keep(inner, value.get(key)) for key, inner in fields.items()}
