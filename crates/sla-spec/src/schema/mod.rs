//! The JSON Schema of one file of `sla/v1`, made of the tables of keys, for editors.
//!
//! It is draft-07: the YAML language server, behind most editors, knows that draft best. A schema helps while
//! somebody writes; `check` decides. So whatever the decoder accepts the schema accepts, and not the other way
//! round: it does not know which names exist, and compares no two values with each other. Descriptions stand
//! beside `$ref`; draft-07 tells validators to pass over them, and editors show them.
//!
//! Editors expand merge keys (`<<: *defaults`) before they check. For those that do not, `<<` is allowed in every
//! mapping. Anchors stand under keys that begin with `x-`, where anything may stand.

use serde_json::{Map, Value, json};

use crate::{
    block::{self, root},
    decode::{
        field::{Field, Group, Table},
        value_type::Type,
    },
    yaml,
};

mod pattern;

/// Returns the schema as pretty JSON, ending in a line break.
pub fn text() -> String {
    let mut schema = block_of(&root::TABLE);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("sla/v1, a specification of service levels");
    // The other keys may stand in another file of the folder.
    schema["required"] = json!(["version"]);
    schema["patternProperties"]["^x-"] = json!({"description": "Free, for example to hold anchors."});
    for field in root::TABLE.fields {
        // A block whose lines are all commented out is empty, not wrong.
        if matches!(field.kind, Type::Map(..)) {
            schema["properties"][field.key]["type"] = json!(["object", "null"]);
        }
    }
    let tables = block::TABLES.iter().filter(|it| it.what != root::TABLE.what);
    let definitions: Map<String, Value> = tables.map(|it| (it.anchor(), block_of(it))).collect();
    schema["definitions"] = definitions.into();
    format!("{schema:#}\n")
}

fn block_of(table: &Table) -> Value {
    let keys = |keep: &dyn Fn(&&Field) -> bool| -> Vec<&str> {
        table.fields.iter().filter(keep).map(|it| it.key).collect()
    };
    let properties: Map<String, Value> =
        table.fields.iter().map(|it| (it.key.to_owned(), property(it))).collect();
    let mut block = json!({
        "type": "object",
        "properties": properties,
        "patternProperties": merge_key(),
        "additionalProperties": false,
    });
    let required = keys(&|it| it.required);
    if !required.is_empty() {
        block["required"] = json!(required);
    }
    for (group, word) in [(Group::ExactlyOne, "oneOf"), (Group::AtLeastOne, "anyOf")] {
        let alternatives = keys(&|it| it.group == group);
        if !alternatives.is_empty() {
            block[word] = alternatives.iter().map(|it| json!({"required": [it]})).collect();
        }
    }
    block
}

fn property(field: &Field) -> Value {
    let mut property = value(&field.kind);
    property["description"] = json!(field.about);
    if let Some(example) = yaml::json::document(field.example) {
        property["examples"] = json!([example]);
    }
    property
}

/// Returns the schema of a value.
fn value(kind: &Type) -> Value {
    match kind {
        Type::Any => json!({}),
        Type::Constant(text) => json!({"const": text}),
        Type::Choice(words) => json!({"anyOf": [{"enum": words}, pattern::variable()]}),
        Type::Block(table) => json!({"$ref": format!("#/definitions/{}", table.anchor())}),
        Type::Map(key, item) => mapping(key, item),
        Type::Single(key, item) => {
            let mut single = mapping(key, item);
            single["minProperties"] = json!(1);
            single["maxProperties"] = json!(1);
            single
        }
        Type::List(item) => json!({"type": "array", "items": value(item)}),
        Type::Filled(item) => json!({"type": "array", "items": value(item), "minItems": 1}),
        Type::Distinct(item) => {
            json!({"type": "array", "items": value(item), "minItems": 1, "uniqueItems": true})
        }
        Type::OneOf(kinds) => json!({"anyOf": kinds.iter().map(value).collect::<Vec<_>>()}),
        text => pattern::scalar(text),
    }
}

fn mapping(key: &Type, item: &Type) -> Value {
    json!({
        "type": "object",
        "propertyNames": pattern::key(key),
        "patternProperties": merge_key(),
        "additionalProperties": value(item),
    })
}

fn merge_key() -> Value {
    json!({"^<<$": {"type": ["object", "array"]}})
}

#[cfg(test)]
mod tests;
