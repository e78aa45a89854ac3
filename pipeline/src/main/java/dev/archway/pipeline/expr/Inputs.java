package dev.archway.pipeline.expr;

import dev.archway.expression.BoundedText;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.PipelineSource;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlNode.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fills in runtime inputs (Harness page "Fixed values, runtime inputs, and expressions"): {@code
 * <+input>} with {@code .default(…)}, {@code .allowedValues(…)} and {@code .regex(…)}. Members of
 * lists are named by their identifier, so that a path reads {@code
 * stages.upload.spec.infrastructure.spec.namespace}.
 */
public final class Inputs {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  private final Map<String, Object> values;
  private final @Nullable String branch;
  private final Findings findings;
  private final Set<String> used = new HashSet<>();

  private Inputs(Map<String, Object> values, @Nullable String branch, Findings findings) {
    this.values = values;
    this.branch = branch;
    this.findings = findings;
  }

  /** The pipeline with its inputs filled in; what has no value stays and is a finding. */
  public static YamlNode.Mapping fill(
      YamlNode.Mapping pipeline, PipelineSource source, Findings findings) {
    Map<String, Object> flat = new LinkedHashMap<>();
    Set<String> labels = new HashSet<>();
    Object set = source.inputs().getOrDefault("inputSet", source.inputs());
    if (set instanceof Map<?, ?> map && map.get("pipeline") instanceof Map<?, ?> shaped) {
      flatten("", shaped, flat);
      // An input set repeats names and types around the values it gives; those answer nothing.
      flat.keySet().stream().filter(Inputs::isLabel).forEach(labels::add);
    }
    source
        .inputs()
        .forEach((key, value) -> {
          if (!key.equals("inputSet") && !key.equals("pipeline")) {
            flat.put(key, value);
          }
        });
    Inputs inputs = new Inputs(flat, source.branch(), findings);
    YamlNode filled = inputs.walk(pipeline, "");
    for (String key : flat.keySet()) {
      if (!inputs.used.contains(key) && !labels.contains(key)) {
        findings.warning(
            Place.NONE,
            key,
            ProblemCode.UNKNOWN_INPUT,
            "input \"%s\" is not asked for (expected: the path, or the end of the path, of an <+input> in the pipeline)"
                .formatted(key));
      }
    }
    return (YamlNode.Mapping) filled;
  }

  private static boolean isLabel(String path) {
    String last = path.substring(path.lastIndexOf('.') + 1);
    return last.equals("identifier") || last.equals("name") || last.equals("type");
  }

  private static void flatten(String path, Map<?, ?> map, Map<String, Object> flat) {
    map.forEach((key, value) -> {
      String here = path.isEmpty() ? key.toString() : path + "." + key;
      // The build is one value: Harness asks for it as a whole.
      if (value instanceof Map<?, ?> inner && !key.equals("build")) {
        flatten(here, inner, flat);
      } else if (value instanceof List<?> items
          && items.stream().allMatch(Map.class::isInstance)
          && !items.isEmpty()) {
        items.forEach(item -> flattenMember(here, item, flat));
      } else if (value != null) {
        flat.put(here, value);
      }
    });
  }

  private static void flattenMember(String path, Object member, Map<String, Object> flat) {
    if (!(member instanceof Map<?, ?> item)) {
      // A set may hold anything; what has no name answers no input and is told as such.
      flat.put(path, member);
      return;
    }
    if (item.get("parallel") instanceof List<?> members) {
      members.stream().filter(Objects::nonNull).forEach(inner -> flattenMember(path, inner, flat));
      return;
    }
    Map<?, ?> body = item;
    if (item.size() == 1 && item.values().iterator().next() instanceof Map<?, ?> inner) {
      body = inner;
    }
    Object id = body.containsKey("identifier") ? body.get("identifier") : body.get("name");
    flatten(path + "." + id, body, flat);
  }

  private YamlNode walk(YamlNode node, String path) {
    return switch (node) {
      case YamlNode.Scalar scalar -> scalar(scalar, path);
      case YamlNode.Sequence sequence -> {
        List<YamlNode> items = new ArrayList<>();
        for (YamlNode item : sequence.items()) {
          items.add(member(item, path));
        }
        yield new YamlNode.Sequence(items, sequence.place());
      }
      case YamlNode.Mapping mapping -> mapping(mapping, path);
    };
  }

  private YamlNode member(YamlNode item, String path) {
    if (item instanceof YamlNode.Mapping mapping && mapping.entries().size() == 1) {
      String key = mapping.entries().keySet().iterator().next();
      YamlNode body = mapping.entries().values().iterator().next();
      if (key.equals("parallel")) {
        return new YamlNode.Mapping(Map.of(key, walk(body, path)), mapping.keys(), mapping.place());
      }
      if (body instanceof YamlNode.Mapping inner) {
        return new YamlNode.Mapping(
            Map.of(key, mapping(inner, path + "." + name(inner))), mapping.keys(), mapping.place());
      }
    }
    return item instanceof YamlNode.Mapping mapping
        ? mapping(mapping, path + "." + name(mapping))
        : walk(item, path);
  }

  private static String name(YamlNode.Mapping mapping) {
    String id = mapping.text("identifier");
    String name = id == null ? mapping.text("name") : id;
    return name == null ? "?" : name;
  }

  private YamlNode mapping(YamlNode.Mapping mapping, String path) {
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    mapping
        .entries()
        .forEach(
            (key, value) -> entries.put(key, walk(value, path.isEmpty() ? key : path + "." + key)));
    return new YamlNode.Mapping(entries, mapping.keys(), mapping.place());
  }

  private YamlNode scalar(YamlNode.Scalar scalar, String path) {
    Optional<InputCalls> input = InputCalls.parse(scalar.text());
    if (input.isEmpty()) {
      return scalar;
    }
    Object value = given(path);
    String fallback = null;
    List<InputCalls.Call> rules = new ArrayList<>();
    for (InputCalls.Call call : input.get().calls()) {
      if (call.name().equals("default")) {
        fallback = call.argument().strip();
      } else {
        rules.add(call);
      }
    }
    if (value == null && path.endsWith("codebase.build") && branch != null) {
      value = branch;
    }
    if (value == null) {
      value = fallback;
    }
    if (value == null) {
      findings.error(
          scalar.place(),
          "pipeline." + path,
          ProblemCode.UNRESOLVED_INPUT,
          "no value for this input (expected: one); give it as input \"%s\""
              .formatted(path.substring(path.lastIndexOf('.') + 1)));
      return new YamlNode.Scalar("", true, scalar.place());
    }
    for (InputCalls.Call rule : rules) {
      check(rule.name(), rule.argument(), value.toString(), scalar.place(), path);
    }
    return path.endsWith("codebase.build")
        ? build(value, scalar.place())
        : node(value, scalar.place());
  }

  private @Nullable Object given(String path) {
    Object found = null;
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      String key =
          entry.getKey().startsWith("pipeline.")
              ? entry.getKey().substring("pipeline.".length())
              : entry.getKey();
      if (path.equals(key) || path.endsWith("." + key)) {
        used.add(entry.getKey());
        found = entry.getValue();
      }
    }
    return found;
  }

  private void check(String rule, String argument, String value, Place place, String path) {
    boolean fits =
        switch (rule) {
          case "allowedValues", "selectOneFrom" ->
              List.of(argument.strip().split("\\s*,\\s*")).contains(value);
          case "regex" -> BoundedText.matches(argument, value);
          default -> {
            findings.error(
                place,
                "pipeline." + path,
                ProblemCode.NOT_SUPPORTED,
                ".%s(…) on an input (expected: default, allowedValues or regex)".formatted(rule));
            yield true;
          }
        };
    if (!fits) {
      findings.error(
          place,
          "pipeline." + path,
          ProblemCode.BAD_VALUE,
          "input \"%s\" (expected: %s)"
              .formatted(
                  value, rule.equals("regex") ? "a match of " + argument : "one of " + argument));
    }
  }

  /**
   * {@code main} and {@code branch:main} mean a branch; {@code tag:v1}, {@code commit:…} and {@code
   * pr:5} the others.
   */
  private static YamlNode build(Object value, Place place) {
    if (value instanceof Map<?, ?>) {
      return node(value, place);
    }
    String text = value.toString().strip();
    int colon = text.indexOf(':');
    String kind =
        colon < 0
            ? (COMMIT.matcher(text).matches() ? "commit" : "branch")
            : text.substring(0, colon);
    String name = text.substring(colon + 1);
    return switch (kind) {
      case "tag" -> node(Map.of("type", "tag", "spec", Map.of("tag", name)), place);
      case "commit" -> node(Map.of("type", "commitSha", "spec", Map.of("commitSha", name)), place);
      case "pr" -> node(Map.of("type", "PR", "spec", Map.of("number", name)), place);
      default -> node(Map.of("type", "branch", "spec", Map.of("branch", name)), place);
    };
  }

  private static YamlNode node(Object value, Place place) {
    if (value instanceof Map<?, ?> map) {
      Map<String, YamlNode> entries = new LinkedHashMap<>();
      Map<String, Place> keys = new LinkedHashMap<>();
      map.forEach((key, inner) -> {
        entries.put(key.toString(), node(inner == null ? "" : inner, place));
        keys.put(key.toString(), place);
      });
      return new YamlNode.Mapping(entries, keys, place);
    }
    if (value instanceof List<?> list) {
      return new YamlNode.Sequence(
          list.stream().map(item -> node(item == null ? "" : item, place)).toList(), place);
    }
    return new YamlNode.Scalar(value.toString(), true, place);
  }
}
