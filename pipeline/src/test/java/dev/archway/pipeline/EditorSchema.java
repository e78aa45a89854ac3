package dev.archway.pipeline;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.archway.pipeline.dialect.PipelineSchema;
import dev.archway.pipeline.yaml.YamlNode;
import java.math.BigDecimal;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The schema as an editor uses it: on the values that YAML 1.2 gives (chapter 10.3.2). */
final class EditorSchema {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
          .getSchema(PipelineSchema.text(), InputFormat.JSON);

  private EditorSchema() {}

  /** What an editor would underline. */
  static List<String> complaints(YamlNode document) {
    return SCHEMA.validate(json(document)).stream()
        .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
        .toList();
  }

  private static JsonNode json(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar scalar when scalar.plain() -> plain(scalar.text());
      case YamlNode.Scalar scalar -> JSON.stringNode(scalar.text());
      case YamlNode.Sequence sequence -> {
        var list = JSON.arrayNode();
        sequence.items().forEach(item -> list.add(json(item)));
        yield list;
      }
      case YamlNode.Mapping mapping -> {
        var object = JSON.objectNode();
        mapping.entries().forEach((key, value) -> object.set(key, json(value)));
        yield object;
      }
    };
  }

  private static JsonNode plain(String text) {
    if (text.matches("|~|null|Null|NULL")) {
      return JSON.nullNode();
    }
    if (text.matches("true|True|TRUE|false|False|FALSE")) {
      return JSON.booleanNode(Boolean.parseBoolean(text));
    }
    if (text.matches("[-+]?[0-9]+")) {
      return JSON.numberNode(new BigDecimal(text).toBigInteger());
    }
    if (text.matches("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?")) {
      return JSON.numberNode(Double.parseDouble(text));
    }
    return JSON.stringNode(text);
  }
}
