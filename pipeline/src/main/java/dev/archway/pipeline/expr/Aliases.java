package dev.archway.pipeline.expr;

import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Outputs that steps publish under an alias (Harness page "Run step settings", output aliases):
 * {@code exportedVariables.getValue("stage.ALIAS.NAME")} is written as the path of the output that
 * it means.
 */
final class Aliases {
  private static final Pattern CALL =
      Pattern.compile(
          "exportedVariables\\.getValue\\(\\s*([\"'])(pipeline|stage|stepGroup)\\.([^.\"']+)\\.([^\"']+)\\1\\s*\\)");
  private static final Pattern PLAIN = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  private final Findings findings;
  private final Map<String, Publisher> publishers = new HashMap<>();

  private Aliases(Findings findings) {
    this.findings = findings;
  }

  /** A step, and the stage that it belongs to. */
  private record Publisher(@Nullable String stage, String step) {}

  /** What is around a place; null for nothing. */
  private record Around(@Nullable String stage, @Nullable String group) {
    /** The scope's own name: one alias may stand in several stages. */
    String scoped(String scope, String alias) {
      String owner =
          switch (scope) {
            case "pipeline" -> "";
            case "stage" -> stage;
            default -> stage + "/" + group;
          };
      return scope + " " + owner + " " + alias;
    }
  }

  /** The pipeline without aliases in its expressions; those that nobody publishes stay. */
  static YamlNode.Mapping resolved(YamlNode.Mapping pipeline, Findings findings) {
    Aliases aliases = new Aliases(findings);
    Around nothing = new Around(null, null);
    aliases.collect(pipeline, "pipeline", nothing);
    return aliases.publishers.isEmpty()
        ? pipeline
        : (YamlNode.Mapping) aliases.rewritten(pipeline, nothing);
  }

  private static Around inside(String key, YamlNode value, Around around) {
    if (!(value instanceof YamlNode.Mapping body)) {
      return around;
    }
    return switch (key) {
      case "stage" -> new Around(body.text("identifier"), null);
      case "stepGroup" -> new Around(around.stage(), body.text("identifier"));
      default -> around;
    };
  }

  private void collect(YamlNode node, String path, Around around) {
    switch (node) {
      case YamlNode.Scalar _ -> {}
      case YamlNode.Sequence list -> {
        for (int i = 0; i < list.items().size(); i++) {
          collect(list.items().get(i), path + "[" + i + "]", around);
        }
      }
      case YamlNode.Mapping mapping -> {
        if (mapping.get("step") instanceof YamlNode.Mapping step) {
          step(step, path + ".step", around);
        } else {
          mapping
              .entries()
              .forEach(
                  (key, value) -> collect(value, path + "." + key, inside(key, value, around)));
        }
      }
    }
  }

  private void step(YamlNode.Mapping step, String path, Around around) {
    String id = step.text("identifier");
    if (id == null
        || !(step.get("spec") instanceof YamlNode.Mapping spec)
        || !(spec.get("outputAlias") instanceof YamlNode.Mapping alias)) {
      return;
    }
    String key = alias.text("key");
    String scope = alias.text("scope");
    if (key == null || scope == null || scope.isEmpty()) {
      return;
    }
    String name = scope.substring(0, 1).toLowerCase(Locale.ROOT) + scope.substring(1);
    Publisher other =
        publishers.putIfAbsent(around.scoped(name, key), new Publisher(around.stage(), id));
    if (other != null) {
      findings.error(
          alias.place(),
          path + ".spec.outputAlias",
          ProblemCode.DUPLICATE_IDENTIFIER,
          "a second step with the alias \"%s\" in its %s, beside \"%s\" (expected: one)"
              .formatted(key, name, other.step()));
    }
  }

  private YamlNode rewritten(YamlNode node, Around around) {
    return switch (node) {
      case YamlNode.Scalar scalar ->
          scalar.text().contains("exportedVariables")
              ? References.scalar(scalar, expression -> written(expression, around))
              : scalar;
      case YamlNode.Sequence list -> {
        List<YamlNode> items = new ArrayList<>();
        list.items().forEach(item -> items.add(rewritten(item, around)));
        yield new YamlNode.Sequence(items, list.place());
      }
      case YamlNode.Mapping mapping -> {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        mapping
            .entries()
            .forEach(
                (key, value) -> entries.put(key, rewritten(value, inside(key, value, around))));
        yield new YamlNode.Mapping(entries, mapping.keys(), mapping.place());
      }
    };
  }

  private String written(String expression, Around around) {
    return CALL.matcher(expression)
        .replaceAll(call -> {
          Publisher by = publishers.get(around.scoped(call.group(2), call.group(3)));
          return Matcher.quoteReplacement(
              by == null ? call.group() : output(by, call.group(4), around));
        });
  }

  private static String output(Publisher by, String name, Around around) {
    boolean own = by.stage() == null || by.stage().equals(around.stage());
    String steps = (own ? "" : "pipeline.stages." + by.stage() + ".spec.") + "execution.steps.";
    return steps
        + by.step()
        + ".output.outputVariables"
        + (PLAIN.matcher(name).matches() ? "." + name : ".get(\"" + name + "\")");
  }
}
