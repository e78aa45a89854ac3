package dev.archway.pipeline.dialect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The dialect as a JSON Schema for editors. Draft 7, the newest that the editors' language servers
 * know whole. Constraints of strings apply to strings only, so that one flat schema can say what
 * the compiler says: a number, or a string that is one, or has an expression in it.
 */
public final class PipelineSchema {
  private static final String BLANK = "^\\s*$";
  private static final String EXPRESSION = "<\\+";
  private static final String INPUT = "^\\s*<\\+\\s*input";
  private static final String REFUSED = "nothing here, since Archway does not run this";

  /** By name; each is written once. */
  private final Map<String, Shape> shapes = new TreeMap<>();

  private final Map<String, Object> definitions = new TreeMap<>();

  private PipelineSchema() {}

  /** The schema as text, always the same. */
  public static String text() {
    return JsonText.of(new PipelineSchema().document());
  }

  private Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("$schema", "http://json-schema.org/draft-07/schema#");
    document.put("title", "Archway pipelines, input sets and templates");
    document.put("type", "object");
    document.putAll(either(DocumentShapes.DOCUMENT));
    document.put("definitions", definitions);
    return document;
  }

  private Map<String, Object> reference(Shape shape) {
    Shape before = shapes.putIfAbsent(shape.name(), shape);
    if (before == null) {
      // Its place is taken before it is written, since shapes may contain themselves.
      definitions.put(
          shape.name(),
          switch (shape) {
            case Shape.Keys keys -> definition(keys);
            case Shape.Either either -> either(either);
          });
    } else if (!before.equals(shape)) {
      throw new IllegalStateException(
          "two shapes are named %s (expected: one)".formatted(shape.name()));
    }
    return Map.of("$ref", "#/definitions/" + shape.name());
  }

  /** The usual alternative first: editors complain by it where none fits. */
  private Map<String, Object> either(Shape.Either either) {
    return Map.of("anyOf", either.alternatives().reversed().stream().map(this::reference).toList());
  }

  private Map<String, Object> definition(Shape.Keys shape) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    List<Object> all = new ArrayList<>();
    for (Field field : shape.fields()) {
      properties.put(field.key(), property(field));
      if (field.required()) {
        required.add(field.key());
      }
      if (field.kind() instanceof Kind.ByType(Map<String, Shape.Keys> types)) {
        new TreeMap<>(types).forEach((type, spec) -> all.add(whenTyped(type, field.key(), spec)));
      }
    }
    Map<String, Object> definition = new LinkedHashMap<>();
    definition.put("description", shape.about());
    definition.put("properties", properties);
    if (!shape.open()) {
      definition.put("additionalProperties", false);
    }
    if (!required.isEmpty() && shape.unless() == null) {
      definition.put("required", required);
    } else if (shape.unless() != null) {
      definition.put(
          "anyOf",
          List.of(Map.of("required", required), Map.of("required", List.of(shape.unless()))));
    }
    if (!shape.one().isEmpty()) {
      definition.put("if", Map.of("type", "object"));
      definition.put(
          "then",
          Map.of(
              "oneOf", shape.one().stream().map(key -> Map.of("required", List.of(key))).toList()));
    }
    if (!all.isEmpty()) {
      definition.put("allOf", all);
    }
    return definition;
  }

  private Map<String, Object> whenTyped(String type, String key, Shape.Keys spec) {
    Map<String, Object> then = new LinkedHashMap<>();
    then.put("properties", Map.of(key, nested(spec, spec.demanding())));
    if (spec.demanding()) {
      then.put("required", List.of(key));
    }
    Map<String, Object> rule = new LinkedHashMap<>();
    rule.put(
        "if",
        ordered("properties", Map.of("type", Map.of("const", type)), "required", List.of("type")));
    rule.put("then", then);
    return rule;
  }

  private Map<String, Object> property(Field field) {
    Map<String, Object> property = new LinkedHashMap<>();
    property.put("description", field.about());
    switch (field.use()) {
      case IGNORED -> {}
      case REFUSED -> property.putAll(refused(field.harmless()));
      case READ, RESOLVED -> property.putAll(kind(field.kind(), field.required()));
    }
    return property;
  }

  private Map<String, Object> kind(Kind kind, boolean required) {
    return switch (kind) {
      case Kind.Text text -> text(text, required);
      case Kind.Word word -> word(word, required);
      case Kind.Flag _ ->
          scalar(
              List.of("boolean", "string"),
              List.of("^\\s*(true|false)\\s*$"),
              "true or false",
              required);
      case Kind.Count(long least, long most) -> {
        Map<String, Object> count =
            scalar(
                List.of("integer", "string"),
                List.of("^\\s*[0-9]+\\s*$"),
                "a whole number",
                required);
        count.put("minimum", least);
        if (most < Long.MAX_VALUE) {
          count.put("maximum", most);
        }
        yield count;
      }
      case Kind.Texts(Kind each, boolean orOne) -> texts(each, orOne, required);
      case Kind.TextMap _ -> {
        Map<String, Object> map = collection("object", required);
        map.put("additionalProperties", text(new Kind.Text(null), false));
        yield map;
      }
      case Kind.Nested(var shape) -> nested(shape.get(), required);
      // What the type says comes from the rules beside the properties.
      case Kind.ByType _ -> Map.of();
      case Kind.Members(var shape, Form orText) -> {
        Map<String, Object> list = collection("array", required);
        list.put(
            "items",
            orText == null
                ? nested(shape.get(), true)
                : Map.of(
                    "anyOf",
                    List.of(text(new Kind.Text(orText), true), nested(shape.get(), true))));
        yield list;
      }
      case Kind.Anything _ -> Map.of();
    };
  }

  private static Map<String, Object> text(Kind.Text text, boolean required) {
    Form form = text.form();
    if (form == null) {
      Map<String, Object> any = new LinkedHashMap<>();
      any.put("type", types(List.of("string", "number", "boolean"), required));
      if (required) {
        pattern(any, "\\S", "a value");
      }
      return any;
    }
    List<String> types = new ArrayList<>(List.of("string"));
    // YAML makes a number of digits without quotes, however many.
    if (IntStream.rangeClosed(1, 64).anyMatch(n -> form.matches("1".repeat(n)))) {
      types.add("number");
    }
    if (form.matches("true")) {
      types.add("boolean");
    }
    return scalar(types, List.of("^(" + form.pattern() + ")$"), form.expected(), required);
  }

  /** Of some types, or a string that matches one of the patterns or has an expression in it. */
  private static Map<String, Object> scalar(
      List<String> types, List<String> patterns, String expected, boolean required) {
    List<String> alternatives = new ArrayList<>(patterns);
    alternatives.add(EXPRESSION);
    if (!required) {
      alternatives.add(BLANK);
    }
    Map<String, Object> scalar = new LinkedHashMap<>();
    scalar.put("type", types(types, required));
    return pattern(scalar, String.join("|", alternatives), expected);
  }

  /** What a string matches; editors that know the second key say it in words. */
  private static Map<String, Object> pattern(
      Map<String, Object> schema, String pattern, String expected) {
    schema.put("pattern", pattern);
    schema.put("patternErrorMessage", "Expected: " + expected + ".");
    return schema;
  }

  private static Map<String, Object> word(Kind.Word word, boolean required) {
    List<String> patterns =
        word.anyCase()
            ? List.of(
                "^\\s*("
                    + String.join("|", word.words().stream().map(PipelineSchema::anyCase).toList())
                    + ")\\s*$")
            : List.of();
    return new LinkedHashMap<>(
        Map.of(
            "anyOf",
            List.of(
                Map.of("enum", word.words()),
                scalar(
                    List.of("string"),
                    patterns,
                    "one of " + String.join(", ", word.words()),
                    required))));
  }

  private static String anyCase(String word) {
    StringBuilder pattern = new StringBuilder();
    word.chars()
        .forEach(c ->
            pattern
                .append('[')
                .append((char) Character.toUpperCase(c))
                .append((char) Character.toLowerCase(c))
                .append(']'));
    return pattern.toString();
  }

  private Map<String, Object> texts(Kind each, boolean orOne, boolean required) {
    Map<String, Object> list = new LinkedHashMap<>();
    list.put("type", "array");
    list.put("items", kind(each, false));
    if (required) {
      list.put("minItems", 1);
    }
    return orOne ? Map.of("anyOf", List.of(list, kind(each, required))) : list;
  }

  /** A list or a mapping, or the input that gives it. */
  private static Map<String, Object> collection(String type, boolean required) {
    Map<String, Object> collection = new LinkedHashMap<>();
    collection.put("type", types(List.of(type, "string"), required));
    pattern(
        collection,
        required ? INPUT : BLANK + "|" + INPUT,
        type.equals("array") ? "a list, or <+input>" : "a mapping, or <+input>");
    if (required && type.equals("array")) {
      collection.put("minItems", 1);
    }
    return collection;
  }

  private Map<String, Object> nested(Shape shape, boolean required) {
    Map<String, Object> nested = collection("object", required);
    // Beside a $ref nothing else counts.
    nested.put("allOf", List.of(reference(shape)));
    return nested;
  }

  /** The compiler takes what is blank, or says what Archway does anyway. */
  private static Map<String, Object> refused(@Nullable String harmless) {
    Map<String, Object> blank = new LinkedHashMap<>();
    blank.put("type", List.of("string", "array", "object", "null"));
    blank.put("errorMessage", "Expected: " + REFUSED + ".");
    pattern(
        blank,
        (harmless == null ? BLANK : "^\\s*(" + anyCase(harmless) + ")?\\s*$") + "|" + EXPRESSION,
        REFUSED);
    blank.put(
        "items",
        pattern(new LinkedHashMap<>(Map.of("type", List.of("string", "null"))), BLANK, REFUSED));
    blank.put("maxProperties", 0);
    Map<String, Object> refused = new LinkedHashMap<>();
    refused.put("doNotSuggest", true);
    if (harmless == null) {
      refused.putAll(blank);
    } else {
      refused.put(
          "anyOf",
          List.of(
              ordered(
                  "enum",
                  List.of(Boolean.valueOf(harmless)),
                  "errorMessage",
                  "Expected: " + REFUSED + "."),
              blank));
    }
    return refused;
  }

  private static List<String> types(List<String> types, boolean required) {
    List<String> all = new ArrayList<>(types);
    if (!required) {
      all.add("null");
    }
    return all;
  }

  private static Map<String, Object> ordered(String key, Object value, String next, Object then) {
    Map<String, Object> ordered = new LinkedHashMap<>();
    ordered.put(key, value);
    ordered.put(next, then);
    return ordered;
  }
}
