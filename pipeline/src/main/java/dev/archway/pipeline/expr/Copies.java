package dev.archway.pipeline.expr;

import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The copies that a strategy makes of a stage, a group or a step, each with its number at its
 * identifier and in its variables (Harness pages "Use looping strategies" and "CI environment
 * variables"). Steps within a group carry the group's number too, since a stage's steps have one
 * space of names. Pure.
 */
final class Copies {
  /** Steps whose containers take variables. */
  private static final Set<String> CONTAINERS =
      Set.of("Run", "Background", "Plugin", "Test", "RunTests");

  private static final Pattern THROUGH_COPY =
      Pattern.compile("\\bsteps\\.(\\w+)_(\\d+)\\.steps\\.(\\w+)");

  private Copies() {}

  /** The same without its strategy. */
  static YamlNode.Mapping without(YamlNode.Mapping body) {
    Map<String, YamlNode> entries = new LinkedHashMap<>(body.entries());
    entries.remove("strategy");
    return new YamlNode.Mapping(entries, body.keys(), body.place());
  }

  /** The member of a list with another body. */
  static YamlNode.Mapping with(YamlNode.Mapping item, String kind, YamlNode body) {
    Map<String, YamlNode> entries = new LinkedHashMap<>(item.entries());
    entries.put(kind, body);
    return new YamlNode.Mapping(entries, item.keys(), item.place());
  }

  /**
   * One copy.
   *
   * @param kind {@code stage}, {@code stepGroup} or {@code step}
   * @param nodeName what it is called; null for its name and number
   */
  static YamlNode.Mapping of(
      String kind, YamlNode.Mapping body, int index, int total, @Nullable String nodeName) {
    YamlNode.Mapping copy = numbered(without(body), index, nodeName);
    return switch (kind) {
      case "stage" -> toldOf(copy, index, total);
      case "step" -> toldOfStep(copy, index, total);
      default -> group(copy, Objects.requireNonNullElse(body.text("identifier"), ""), index);
    };
  }

  private static YamlNode.Mapping numbered(
      YamlNode.Mapping body, int index, @Nullable String nodeName) {
    Map<String, YamlNode> entries = new LinkedHashMap<>(body.entries());
    for (String key : List.of("identifier", "name")) {
      String text = body.text(key);
      if (text != null) {
        YamlNode.Place place = Objects.requireNonNull(body.get(key)).place();
        String label = key.equals("name") && nodeName != null ? nodeName : text + "_" + index;
        entries.put(key, new YamlNode.Scalar(label, true, place));
      }
    }
    return new YamlNode.Mapping(entries, body.keys(), body.place());
  }

  private static Map<String, String> variables(String level, int index, int total) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String name : List.of("NODE", level)) {
      variables.put("HARNESS_" + name + "_INDEX", Integer.toString(index));
      variables.put("HARNESS_" + name + "_TOTAL", Integer.toString(total));
    }
    return variables;
  }

  /** A stage's variables reach all of its steps. */
  private static YamlNode.Mapping toldOf(YamlNode.Mapping stage, int index, int total) {
    List<YamlNode> all = new ArrayList<>();
    Set<String> taken = new LinkedHashSet<>();
    if (stage.get("variables") instanceof YamlNode.Sequence own) {
      all.addAll(own.items());
      for (YamlNode item : own.items()) {
        String name = item instanceof YamlNode.Mapping variable ? variable.text("name") : null;
        taken.add(Objects.requireNonNullElse(name, ""));
      }
    } else if (!blank(stage.get("variables"))) {
      return stage; // A finding comes of it.
    }
    variables("STAGE", index, total)
        .forEach((name, value) -> {
          if (taken.add(name)) {
            Map<String, YamlNode> variable = new LinkedHashMap<>();
            variable.put("name", text(name, stage));
            variable.put("type", text("String", stage));
            variable.put("value", text(value, stage));
            all.add(new YamlNode.Mapping(variable, Map.of(), stage.place()));
          }
        });
    return with(stage, "variables", new YamlNode.Sequence(all, stage.place()));
  }

  private static YamlNode.Mapping toldOfStep(YamlNode.Mapping step, int index, int total) {
    if (!CONTAINERS.contains(Objects.requireNonNullElse(step.text("type"), ""))
        || !(step.get("spec") instanceof YamlNode.Mapping spec)) {
      return step;
    }
    YamlNode written = spec.get("envVariables");
    if (!blank(written) && !(written instanceof YamlNode.Mapping)) {
      return step;
    }
    Map<String, YamlNode> all =
        written instanceof YamlNode.Mapping own
            ? new LinkedHashMap<>(own.entries())
            : new LinkedHashMap<>();
    variables("STEP", index, total)
        .forEach((name, value) -> all.putIfAbsent(name, text(value, step)));
    return with(
        step,
        "spec",
        with(spec, "envVariables", new YamlNode.Mapping(all, Map.of(), step.place())));
  }

  private static boolean blank(@Nullable YamlNode node) {
    return node == null || node.blank();
  }

  private static YamlNode.Scalar text(String text, YamlNode.Mapping at) {
    return new YamlNode.Scalar(text, false, at.place());
  }

  /** The steps within carry the number as well, and are read by it from within. */
  private static YamlNode.Mapping group(YamlNode.Mapping copy, String id, int index) {
    Set<String> inner = steps(copy.get("steps"));
    if (inner.isEmpty()) {
      return copy;
    }
    Pattern reference =
        Pattern.compile(
            "(?<![\\w.])((?:execution\\.)?steps\\.)(?:"
                + Pattern.quote(id)
                + "\\.steps\\.)?(\\w+)(?=\\.)");
    YamlNode.Mapping read =
        References.mapping(
            copy,
            expression ->
                reference
                    .matcher(expression)
                    .replaceAll(path ->
                        inner.contains(path.group(2))
                            ? path.group(1) + path.group(2) + "_" + index
                            : Matcher.quoteReplacement(path.group())));
    return with(read, "steps", renamed(Objects.requireNonNull(read.get("steps")), index));
  }

  private static YamlNode renamed(YamlNode node, int index) {
    return switch (node) {
      case YamlNode.Scalar scalar -> scalar;
      case YamlNode.Sequence list ->
          new YamlNode.Sequence(
              list.items().stream().map(item -> renamed(item, index)).toList(), list.place());
      case YamlNode.Mapping mapping -> {
        YamlNode.Mapping copy = mapping;
        if (mapping.get("parallel") instanceof YamlNode.Sequence members) {
          copy = with(copy, "parallel", renamed(members, index));
        }
        if (mapping.get("step") instanceof YamlNode.Mapping step) {
          copy = with(copy, "step", numbered(step, index, null));
        }
        yield copy;
      }
    };
  }

  /** The identifiers of the steps of a list. */
  static Set<String> steps(@Nullable YamlNode list) {
    Set<String> ids = new LinkedHashSet<>();
    if (list instanceof YamlNode.Sequence sequence) {
      for (YamlNode item : sequence.items()) {
        if (item instanceof YamlNode.Mapping mapping) {
          ids.addAll(steps(mapping.get("parallel")));
          if (mapping.get("step") instanceof YamlNode.Mapping step) {
            Stream.ofNullable(step.text("identifier")).forEach(ids::add);
          }
        }
      }
    }
    return ids;
  }

  /**
   * The tree with {@code steps.GROUP_0.steps.STEP} as {@code steps.STEP_0}, which the step is
   * called in the plan.
   */
  static YamlNode.Mapping readByNumber(YamlNode.Mapping pipeline) {
    Map<String, Set<String>> groups = new HashMap<>();
    collect(pipeline, groups);
    return groups.isEmpty()
        ? pipeline
        : References.mapping(
            pipeline,
            expression ->
                THROUGH_COPY
                    .matcher(expression)
                    .replaceAll(path ->
                        Matcher.quoteReplacement(
                            groups.getOrDefault(path.group(1), Set.of()).contains(path.group(3))
                                ? "steps." + path.group(3) + "_" + path.group(2)
                                : path.group())));
  }

  private static void collect(YamlNode node, Map<String, Set<String>> groups) {
    switch (node) {
      case YamlNode.Scalar _ -> {}
      case YamlNode.Sequence list -> list.items().forEach(item -> collect(item, groups));
      case YamlNode.Mapping mapping -> {
        if (mapping.get("stepGroup") instanceof YamlNode.Mapping group
            && group.get("strategy") instanceof YamlNode.Mapping strategy
            && !strategy.blank()) {
          String id = Objects.requireNonNullElse(group.text("identifier"), "");
          groups.computeIfAbsent(id, _ -> new LinkedHashSet<>()).addAll(steps(group.get("steps")));
        }
        mapping.entries().values().forEach(value -> collect(value, groups));
      }
    }
  }
}
