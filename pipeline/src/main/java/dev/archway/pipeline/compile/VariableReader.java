package dev.archway.pipeline.compile;

import dev.archway.expression.Template;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.dialect.Form;
import dev.archway.pipeline.expr.SecretVariables;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code variables} of a pipeline or a stage (Harness page "Add a variable"). */
final class VariableReader {
  private static final Pattern NAME = Pattern.compile(Form.VARIABLE.pattern());

  private static final Pattern NUMBER =
      Pattern.compile("[-+]?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?");

  private VariableReader() {}

  /** Templates by name; what cannot be read is a finding and left out. */
  static Map<String, String> read(Fields owner, Findings findings) {
    Map<String, String> values = new LinkedHashMap<>();
    List<YamlNode> items = owner.items("variables");
    for (int i = 0; i < items.size(); i++) {
      String path = owner.path() + ".variables[" + i + "]";
      if (items.get(i) instanceof YamlNode.Mapping mapping) {
        one(owner.member("variables", mapping, path), values);
      } else {
        findings.error(
            items.get(i).place(),
            path,
            ProblemCode.WRONG_KIND,
            items.get(i).kind() + " (expected: a mapping with name, type and value)");
      }
    }
    return values;
  }

  private static void one(Fields variable, Map<String, String> values) {
    String name = variable.required("name", "");
    String type = variable.text("type");
    String value = variable.template("value");
    Boolean required = variable.bool("required");
    variable.finish();
    if (name.isEmpty()) {
      return;
    }
    if (!NAME.matcher(name).matches()) {
      variable.error(
          "name",
          ProblemCode.BAD_IDENTIFIER,
          "variable \"%s\" (expected: letters, digits, _, ., $ and -, not starting with a digit)"
              .formatted(name));
      return;
    }
    if (value == null && Boolean.TRUE.equals(required)) {
      variable.missing("value");
    }
    switch (type == null ? "String" : type) {
      case "String" -> {}
      case "Number" -> {
        if (value != null
            && !Template.hasExpression(value)
            && !NUMBER.matcher(value.strip()).matches()) {
          variable.error(
              "value", ProblemCode.BAD_VALUE, "\"%s\" (expected: a number)".formatted(value));
        }
      }
      case "Secret" -> {
        if (value == null) {
          variable.missing("value");
        } else if (!Template.hasExpression(value) && !SecretVariables.isIdentifier(value)) {
          variable.error(
              "value",
              ProblemCode.BAD_VALUE,
              "\"%s\" (expected: a secret's identifier, such as account.token)".formatted(value));
        }
      }
      default ->
          variable.error(
              "type",
              ProblemCode.BAD_VALUE,
              "variable type \"%s\" (expected: String, Number or Secret)".formatted(type));
    }
    if (values.put(name, text(type, value)) != null) {
      variable.error(
          "name",
          ProblemCode.DUPLICATE_IDENTIFIER,
          "a second variable \"%s\" (expected: one)".formatted(name));
    }
  }

  private static String text(@Nullable String type, @Nullable String value) {
    String text = SecretVariables.template(type, value);
    return text == null ? "" : text;
  }
}
