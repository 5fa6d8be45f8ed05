"""The file format as JSON Schema, with which an editor completes and checks a file while it is written."""

import json
from functools import reduce
from operator import or_
from typing import Any

from pydantic import BaseModel, create_model

from . import schema
from .items import ITEM_TYPES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: The models of the YAML files, and of what stands above the text in Markdown ones.
FILES: dict[str, type[BaseModel]] = {
    "unit": schema.UnitFile,
    "section": schema.SectionFile,
    "guide": schema.GuideFile,
    "timeline": schema.TimelineFile,
    "people": schema.PeopleFile,
    "glossary": schema.GlossaryFile,
    "sources": schema.SourcesFile,
    "figures": schema.FiguresFile,
    "essay": schema.EssayFile,
    "quiz": schema.QuizFile,
    "unit-translation": schema.UnitText,
    "section-translation": schema.SectionText,
    "timeline-translation": schema.TimelineText,
    "people-translation": schema.PeopleText,
    "glossary-translation": schema.GlossaryText,
    "figures-translation": schema.FiguresText,
}


def schemas() -> dict[str, str]:
    """Each kind of file's schema, as the text of a JSON file, by the file's name without its ending."""
    return {name: json.dumps(_schema(model), indent=2, ensure_ascii=False) + "\n" for name, model in FILES.items()}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    if model is schema.QuizFile:
        types: Any = reduce(or_, (ITEM_TYPES[name] for name in sorted(ITEM_TYPES)))
        model = create_model("QuizFile", __base__=schema.QuizFile, items=(list[types], []))
    made = model.model_json_schema()
    if "body" in made["properties"]:  # the text below the front matter is no field of it
        del made["properties"]["body"]
        made["required"].remove("body")
    for part in (made, *made.get("$defs", {}).values()):
        _as_authors_write(part)
    return {"$schema": DIALECT, **made}


def _as_authors_write(part: dict[str, Any]) -> None:
    """What pydantic cannot know: the file's own shorthands, and that an item must say its type."""
    part["description"] = " ".join(part.get("description", "").replace("``", "").split())
    fields = part.get("properties", {})
    if "const" in fields.get("type", {}):
        part["required"] = sorted({*part.get("required", []), "type"})
        fields["type"].pop("default", None)
    for field in fields.values():
        field.pop("title", None)
        if field.get("items") == {"$ref": "#/$defs/Pick"}:
            field["items"] = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Pick"}]}
