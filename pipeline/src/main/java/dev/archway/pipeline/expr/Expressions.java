package dev.archway.pipeline.expr;

import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fills in the expressions whose value is in the pipeline itself: names, identifiers and variables
 * of the pipeline and of the stage around them. Every other expression is a finding, since leaving
 * it as text would change the meaning.
 */
public final class Expressions {
  private static final Pattern EXPRESSION = Pattern.compile("<\\+([^<>]*)>");

  /** Shell scripts have {@code <+} before a number at most. */
  private static final Pattern UNMATCHED = Pattern.compile("<\\+\\s*[a-zA-Z_(!\"'<][^\\n]*>");

  private static final String KNOWN =
      "pipeline.identifier, pipeline.name, pipeline.variables.NAME, stage.identifier, stage.name, stage.variables.NAME";

  private final Map<String, String> pipeline;
  private final Findings findings;

  private Expressions(Map<String, String> pipeline, Findings findings) {
    this.pipeline = pipeline;
    this.findings = findings;
  }

  /** The pipeline with its expressions filled in. */
  public static YamlNode.Mapping resolve(YamlNode.Mapping pipeline, Findings findings) {
    Map<String, String> values = new LinkedHashMap<>();
    put(values, "pipeline.identifier", pipeline.text("identifier"));
    put(values, "pipeline.name", pipeline.text("name"));
    variables(pipeline, "pipeline.variables.", values);
    return (YamlNode.Mapping) new Expressions(values, findings).walk(pipeline, "pipeline", values);
  }

  private static void put(Map<String, String> values, String key, @Nullable String value) {
    if (value != null) {
      values.put(key, value);
    }
  }

  private static void variables(YamlNode.Mapping owner, String prefix, Map<String, String> values) {
    if (owner.get("variables") instanceof YamlNode.Sequence list) {
      for (YamlNode item : list.items()) {
        if (item instanceof YamlNode.Mapping variable && variable.text("name") != null) {
          String value = variable.text("value");
          values.put(prefix + variable.text("name"), value == null ? "" : value);
        }
      }
    }
  }

  private YamlNode walk(YamlNode node, String path, Map<String, String> values) {
    return switch (node) {
      case YamlNode.Scalar scalar -> scalar(scalar, path, values);
      case YamlNode.Sequence sequence -> {
        List<YamlNode> items = new ArrayList<>();
        for (int i = 0; i < sequence.items().size(); i++) {
          items.add(walk(sequence.items().get(i), path + "[" + i + "]", values));
        }
        yield new YamlNode.Sequence(items, sequence.place());
      }
      case YamlNode.Mapping mapping -> {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        mapping
            .entries()
            .forEach((key, value) -> {
              Map<String, String> scope =
                  key.equals("stage") && value instanceof YamlNode.Mapping stage
                      ? stageScope(stage)
                      : values;
              if (key.contains("<+")) {
                unsupported(
                    mapping.keys().getOrDefault(key, mapping.place()),
                    path,
                    "an expression in the key \"%s\"".formatted(key));
              }
              entries.put(key, walk(value, path + "." + key, scope));
            });
        yield new YamlNode.Mapping(entries, mapping.keys(), mapping.place());
      }
    };
  }

  private Map<String, String> stageScope(YamlNode.Mapping stage) {
    Map<String, String> scope = new LinkedHashMap<>(pipeline);
    put(scope, "stage.identifier", stage.text("identifier"));
    put(scope, "stage.name", stage.text("name"));
    variables(stage, "stage.variables.", scope);
    return scope;
  }

  private YamlNode scalar(YamlNode.Scalar scalar, String path, Map<String, String> values) {
    if (!scalar.text().contains("<+")) {
      return scalar;
    }
    Matcher matcher = EXPRESSION.matcher(scalar.text());
    StringBuilder text = new StringBuilder();
    boolean all = true;
    while (matcher.find()) {
      String name = matcher.group(1).strip();
      String value = values.get(name);
      if (name.equals("input")) {
        findings.error(
            scalar.place(),
            path,
            ProblemCode.UNRESOLVED_INPUT,
            "<+input> inside a longer value (expected: <+input> as the whole value)");
      } else if (value == null || value.contains("<+")) {
        unsupported(scalar.place(), path, "expression <+%s>".formatted(matcher.group(1)));
      }
      all &= value != null && !value.contains("<+");
      matcher.appendReplacement(text, Matcher.quoteReplacement(value == null ? "" : value));
    }
    matcher.appendTail(text);
    // What nests or compares is not matched above, and must not stay behind as text.
    if (all && UNMATCHED.matcher(text).find()) {
      unsupported(scalar.place(), path, "an expression with others or comparisons inside");
    }
    return new YamlNode.Scalar(text.toString(), scalar.plain(), scalar.place());
  }

  private void unsupported(YamlNode.Place place, String path, String found) {
    findings.error(
        place,
        path,
        ProblemCode.UNSUPPORTED_EXPRESSION,
        "%s (expected: one of %s)".formatted(found, KNOWN));
  }
}
