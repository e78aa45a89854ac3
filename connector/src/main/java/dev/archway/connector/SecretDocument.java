package dev.archway.connector;

import dev.archway.contract.connector.Scope;
import dev.archway.contract.failure.Problem;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlException;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@code secret:} document of type SecretText with its value (Harness page "Add and reference
 * text secrets"). No message repeats any of its text but identifiers: a value may stand where it
 * should not.
 *
 * @param problems errors, or warnings when it can be used
 */
public record SecretDocument(
    @Nullable String identifier,
    String name,
    String description,
    @Nullable String value,
    List<Problem> problems) {
  private static final int LONGEST_VALUE = 64 * 1024;
  private static final int LONGEST_TEXT = 1000;

  public SecretDocument {
    problems = List.copyOf(problems);
  }

  /** True when it can be stored. */
  public boolean usable() {
    return identifier != null
        && value != null
        && problems.stream().noneMatch(p -> p.severity() == Problem.Severity.ERROR);
  }

  /** Reads it; everything that is wrong is told at once. */
  public static SecretDocument read(String yaml, Scope scope) {
    Findings findings = new Findings();
    YamlNode root;
    try {
      root = YamlReader.read(yaml);
    } catch (YamlException e) {
      return unusable(
          List.of(
              new Problem(
                  Problem.Severity.ERROR,
                  "",
                  e.line(),
                  e.column(),
                  e.code(),
                  "cannot read the secret (expected: one YAML document, its value in quotes)")));
    }
    if (!(root instanceof YamlNode.Mapping document)
        || !(document.get("secret") instanceof YamlNode.Mapping mapping)) {
      findings.error(
          root.place(),
          "",
          ProblemCode.MISSING_FIELD,
          "no secret here (expected: the key \"secret\" with its fields indented below it)");
      return unusable(findings.sorted());
    }
    Section secret =
        new Section(
            mapping, "secret", Documents.scope(mapping, "secret", scope, findings), findings);
    String id = Documents.identifier(secret);
    if (!"SecretText".equals(secret.text("type"))) {
      secret.error("type", ProblemCode.NOT_SUPPORTED, "another type (expected: SecretText)");
    }
    if (secret.has("spec") && !(mapping.get("spec") instanceof YamlNode.Mapping)) {
      secret.error("spec", ProblemCode.WRONG_KIND, "no mapping (expected: spec with a value)");
      return unusable(findings.sorted());
    }
    Section spec = secret.section("spec");
    String kind = spec.text("valueType");
    if (kind != null && !kind.equals("Inline")) {
      spec.error(
          "valueType",
          ProblemCode.NOT_SUPPORTED,
          "another kind of value (expected: Inline, with the value itself)");
    }
    return new SecretDocument(
        id, text(secret, "name"), text(secret, "description"), value(spec), findings.sorted());
  }

  private static SecretDocument unusable(List<Problem> problems) {
    return new SecretDocument(null, "", "", null, problems);
  }

  private static String text(Section secret, String key) {
    String text = secret.text(key);
    if (text != null && text.length() > LONGEST_TEXT) {
      secret.error(
          key,
          ProblemCode.TOO_LARGE,
          "%d characters (expected: %d at most)".formatted(text.length(), LONGEST_TEXT));
    }
    return text == null ? "" : text;
  }

  /** As it stands there: blanks and line breaks belong to it. */
  private static @Nullable String value(Section spec) {
    if (!(spec.node().get("value") instanceof YamlNode.Scalar value) || value.text().isEmpty()) {
      spec.error(
          "value", ProblemCode.MISSING_FIELD, "there is no value (expected: one, best in quotes)");
      return null;
    }
    if (value.text().length() > LONGEST_VALUE) {
      spec.error(
          "value",
          ProblemCode.TOO_LARGE,
          "%d characters (expected: %d at most)".formatted(value.text().length(), LONGEST_VALUE));
      return null;
    }
    return value.text();
  }
}
