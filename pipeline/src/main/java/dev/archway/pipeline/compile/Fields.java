package dev.archway.pipeline.compile;

import dev.archway.expression.Template;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.dialect.Field;
import dev.archway.pipeline.dialect.Kind;
import dev.archway.pipeline.dialect.Refused;
import dev.archway.pipeline.dialect.Shape;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlNode.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one mapping as Harness's users write them: blank means unset, numbers and
 * booleans may be quoted. The mapping's shape says which keys there are, which of them are ignored
 * and which are refused; a reader that asks for what the shape does not have is a defect, so that
 * the schema, which is written from the same shapes, tells what is read.
 */
final class Fields {
  private final YamlNode.Mapping node;
  private final String path;
  private final Findings findings;
  private final Asked asked;

  Fields(YamlNode.Mapping node, String path, Findings findings, Shape shape) {
    this.node = node;
    this.path = path;
    this.findings = findings;
    this.asked = new Asked(shape, node);
  }

  String path() {
    return path;
  }

  /** True when there is nothing in it. */
  boolean blank() {
    return node.blank();
  }

  Place place(String key) {
    YamlNode value = node.get(key);
    return value == null ? node.place() : value.place();
  }

  boolean has(String key) {
    asked.field(key);
    return asked.filled(key);
  }

  @Nullable String text(String key) {
    asked.expect(key, Set.of(Kind.Text.class, Kind.Word.class));
    return single(key);
  }

  private @Nullable String single(String key) {
    if (!has(key)) {
      return null;
    }
    if (node.get(key) instanceof YamlNode.Scalar scalar) {
      return fixed(scalar, key);
    }
    wrongKind(key, "a single value");
    return null;
  }

  /** A text that may hold expressions which are known during the run only. */
  @Nullable String template(String key) {
    return has(key) && node.get(key) instanceof YamlNode.Scalar scalar ? scalar.text() : text(key);
  }

  /** The same, with a finding when it is missing. */
  String requiredTemplate(String key, String instead) {
    asked.expectRequired(key);
    String text = template(key);
    return text == null ? required(key, instead) : text;
  }

  /** A text that must be known before the run. */
  private String fixed(YamlNode.Scalar scalar, String key) {
    var plain = Template.plain(scalar.text());
    if (plain.isEmpty()) {
      findings.error(
          scalar.place(),
          path + "." + key,
          ProblemCode.UNSUPPORTED_EXPRESSION,
          "\"%s\" is known during the run only (expected: a value that is known before)"
              .formatted(scalar.text().strip()));
    }
    return plain.orElse(scalar.text());
  }

  YamlNode.Mapping node() {
    return node;
  }

  /** The text, or a finding and {@code instead}. */
  String required(String key, String instead) {
    asked.expectRequired(key);
    String text = text(key);
    if (text != null) {
      return text;
    }
    if (!(node.get(key) instanceof YamlNode.Mapping)
        && !(node.get(key) instanceof YamlNode.Sequence)) {
      missing(key);
    }
    return instead;
  }

  void missing(String key) {
    findings.error(
        node.get(key) == null ? node.place() : place(key),
        path + "." + key,
        ProblemCode.MISSING_FIELD,
        "\"%s\" is %s (expected: a value)"
            .formatted(key, node.get(key) == null ? "missing" : "blank"));
  }

  /** Reads a text with {@code parser}; its complaint is a finding and the answer null. */
  <T> @Nullable T parsed(String key, ProblemCode code, Function<String, T> parser) {
    asked.expect(key, Set.of(Kind.Text.class, Kind.Word.class));
    return parsedSingle(key, code, parser);
  }

  private <T> @Nullable T parsedSingle(String key, ProblemCode code, Function<String, T> parser) {
    String text = single(key);
    if (text == null) {
      return null;
    }
    try {
      return parser.apply(text.strip());
    } catch (IllegalArgumentException e) {
      error(key, code, String.valueOf(e.getMessage()));
      return null;
    }
  }

  @Nullable Boolean bool(String key) {
    asked.expect(key, Set.of(Kind.Flag.class));
    return parsedSingle(
        key,
        ProblemCode.BAD_VALUE,
        text ->
            switch (text) {
              case "true" -> Boolean.TRUE;
              case "false" -> Boolean.FALSE;
              default ->
                  throw new IllegalArgumentException(
                      "\"%s\" (expected: true or false)".formatted(text));
            });
  }

  @Nullable Long integer(String key) {
    asked.expect(key, Set.of(Kind.Count.class));
    return parsedSingle(
        key,
        ProblemCode.BAD_VALUE,
        text -> {
          try {
            long value = Long.parseLong(text);
            if (value >= 0) {
              return value;
            }
          } catch (NumberFormatException e) {
            // Told below, like a negative number.
          }
          throw new IllegalArgumentException(
              "\"%s\" (expected: a whole number, 0 or more)".formatted(text));
        });
  }

  /** Values that must be known before the run. */
  Map<String, String> strings(String key) {
    Map<String, String> values = templates(key);
    values.replaceAll((_, value) -> fixed(new YamlNode.Scalar(value, false, place(key)), key));
    return values;
  }

  /** Values that may hold expressions which are known during the run only. */
  Map<String, String> templates(String key) {
    asked.expect(key, Set.of(Kind.TextMap.class));
    Map<String, String> values = new LinkedHashMap<>();
    if (!has(key)) {
      return values;
    }
    if (!(node.get(key) instanceof YamlNode.Mapping mapping)) {
      wrongKind(key, "a mapping of names to values");
      return values;
    }
    mapping
        .entries()
        .forEach((name, value) -> {
          if (value instanceof YamlNode.Scalar scalar) {
            values.put(name, scalar.blank() ? "" : scalar.text());
          } else {
            findings.error(
                value.place(),
                path + "." + key + "." + name,
                ProblemCode.WRONG_KIND,
                "%s (expected: a single value)".formatted(value.kind()));
          }
        });
    return values;
  }

  /** A list of texts; a single text counts as a list of one. */
  List<String> texts(String key) {
    return templateTexts(key).stream()
        .map(text -> fixed(new YamlNode.Scalar(text, false, place(key)), key))
        .toList();
  }

  /** The same, of texts that may hold expressions which are known during the run only. */
  List<String> templateTexts(String key) {
    asked.expect(key, Set.of(Kind.Texts.class, Kind.TextsOr.class));
    if (!has(key)) {
      return List.of();
    }
    if (node.get(key) instanceof YamlNode.Scalar scalar) {
      return List.of(scalar.text());
    }
    List<String> texts = new ArrayList<>();
    for (YamlNode item : sequence(key)) {
      if (item instanceof YamlNode.Scalar scalar) {
        if (!scalar.blank()) {
          texts.add(scalar.text());
        }
      } else {
        findings.error(
            item.place(),
            path + "." + key,
            ProblemCode.WRONG_KIND,
            item.kind() + " (expected: a single value)");
      }
    }
    return texts;
  }

  /** The members of a list of mappings; {@link #member} reads one. */
  List<YamlNode> items(String key) {
    asked.expect(key, Set.of(Kind.Members.class));
    return sequence(key);
  }

  /** A mapping in the list {@code key}. */
  Fields member(String key, YamlNode.Mapping item, String itemPath) {
    return new Fields(item, itemPath, findings, asked.below(key));
  }

  private List<YamlNode> sequence(String key) {
    if (!has(key)) {
      return List.of();
    }
    if (node.get(key) instanceof YamlNode.Sequence sequence) {
      return sequence.items();
    }
    wrongKind(key, "a list");
    return List.of();
  }

  @Nullable Fields object(String key) {
    asked.expect(key, Set.of(Kind.Nested.class, Kind.ByType.class, Kind.TextsOr.class));
    if (!has(key)) {
      return null;
    }
    if (node.get(key) instanceof YamlNode.Mapping mapping) {
      return new Fields(mapping, path + "." + key, findings, asked.below(key));
    }
    wrongKind(key, "a mapping");
    return null;
  }

  /** The mapping, or a finding and an empty one, so that reading goes on. */
  Fields requiredObject(String key) {
    asked.expectRequired(key);
    Fields object = object(key);
    if (object != null) {
      return object;
    }
    if (!has(key)) {
      missing(key);
    }
    return new Fields(
        new YamlNode.Mapping(Map.of(), Map.of(), place(key)),
        path + "." + key,
        findings,
        asked.below(key));
  }

  /** The mapping, or an empty one. */
  Fields optionalObject(String key) {
    Fields object = object(key);
    return object == null
        ? new Fields(
            new YamlNode.Mapping(Map.of(), Map.of(), place(key)),
            path + "." + key,
            findings,
            asked.below(key))
        : object;
  }

  void error(String key, ProblemCode code, String message) {
    findings.error(place(key), path + "." + key, code, message);
  }

  void warn(String key, ProblemCode code, String message) {
    findings.warning(place(key), path + "." + key, code, message);
  }

  /** Tells of every key that the shape does not have, or refuses. */
  void finish() {
    for (String key : node.entries().keySet()) {
      Field field = asked.chosen(key);
      if (field != null) {
        refuse(field);
      } else if (asked.unknown(key)) {
        findings.warning(
            node.keys().getOrDefault(key, node.place()),
            path + "." + key,
            ProblemCode.UNKNOWN_KEY,
            "unknown key \"%s\" is not read%s"
                .formatted(key, Suggestion.of(key, asked.others(key))));
      }
    }
  }

  private void refuse(Field field) {
    String key = field.key();
    boolean harmless =
        field.harmless() != null
            && node.get(key) instanceof YamlNode.Scalar scalar
            && scalar.text().strip().equalsIgnoreCase(field.harmless());
    if ((field.use() == Field.Use.REFUSED || field.use() == Field.Use.RESOLVED)
        && asked.filled(key)
        && !harmless) {
      error(
          key,
          ProblemCode.NOT_SUPPORTED,
          "\"%s\" is part of Harness's dialect, but Archway does not run it, and leaving it out would change the result (expected: %s)"
              .formatted(key, Refused.instead(key)));
    }
  }

  private void wrongKind(String key, String expected) {
    YamlNode value = node.get(key);
    error(
        key,
        ProblemCode.WRONG_KIND,
        "\"%s\" is %s (expected: %s)"
            .formatted(key, value == null ? "missing" : value.kind(), expected));
  }
}
