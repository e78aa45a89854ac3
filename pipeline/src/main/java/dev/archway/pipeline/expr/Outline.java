package dev.archway.pipeline.expr;

import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The stages of a pipeline as expressions name them, before strategies and platforms make runs of
 * them.
 */
final class Outline {
  private static final Pattern NUMBERED = Pattern.compile("(.+)_\\d+");

  private final Map<String, Stage> stages = new LinkedHashMap<>();

  /**
   * A stage as written.
   *
   * @param position in the list; stages of one {@code parallel} block share it
   * @param looped true when a strategy repeats it
   * @param platforms as written; empty when the stage does not fan out
   */
  record Stage(
      String id, int position, boolean looped, List<String> platforms, YamlNode.Mapping node) {
    Stage {
      platforms = List.copyOf(platforms);
    }

    /** The id of its run on a platform. */
    static String run(String id, String platform) {
      return id + "_" + platform.replace('/', '_');
    }
  }

  /**
   * What a name in an expression means.
   *
   * @param run the platform that it names; null when it names none
   * @param numbered true when it names one run of a strategy
   */
  record Target(Stage stage, @Nullable String run, boolean numbered) {}

  static Outline of(YamlNode.Mapping pipeline) {
    Outline outline = new Outline();
    if (pipeline.get("stages") instanceof YamlNode.Sequence sequence) {
      for (int i = 0; i < sequence.items().size(); i++) {
        outline.add(sequence.items().get(i), i);
      }
    }
    return outline;
  }

  private void add(YamlNode item, int position) {
    if (!(item instanceof YamlNode.Mapping mapping)) {
      return;
    }
    if (mapping.get("parallel") instanceof YamlNode.Sequence members) {
      members.items().forEach(member -> add(member, position));
    }
    if (mapping.get("stage") instanceof YamlNode.Mapping stage) {
      String id = stage.text("identifier");
      if (id != null) {
        boolean looped = stage.get("strategy") instanceof YamlNode.Mapping s && !s.blank();
        stages.putIfAbsent(id, new Stage(id, position, looped, platforms(stage), stage));
      }
    }
  }

  private static List<String> platforms(YamlNode.Mapping stage) {
    List<String> platforms = new ArrayList<>();
    if (stage.get("spec") instanceof YamlNode.Mapping spec
        && spec.get("platforms") instanceof YamlNode.Sequence list) {
      for (YamlNode item : list.items()) {
        String platform =
            switch (item) {
              case YamlNode.Scalar scalar -> scalar.text();
              case YamlNode.Mapping mapping -> mapping.text("platform");
              case YamlNode.Sequence _ -> null;
            };
        if (platform != null) {
          platforms.add(platform.strip());
        }
      }
    }
    return platforms;
  }

  Iterable<Stage> stages() {
    return stages.values();
  }

  /** What {@code id} names: a stage, one run of its strategy, one platform's run, or nothing. */
  Optional<Target> find(String id) {
    Optional<Target> whole = whole(id);
    if (whole.isPresent()) {
      return whole;
    }
    for (Stage stage : stages.values()) {
      for (String platform : stage.platforms()) {
        String ending = Stage.run("", platform);
        if (id.endsWith(ending)) {
          Optional<Target> of = whole(id.substring(0, id.length() - ending.length()));
          if (of.isPresent() && of.get().stage().equals(stage)) {
            return Optional.of(new Target(stage, platform, of.get().numbered()));
          }
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Target> whole(String id) {
    Stage exact = stages.get(id);
    if (exact != null) {
      return Optional.of(new Target(exact, null, false));
    }
    Matcher matcher = NUMBERED.matcher(id);
    Stage looped = matcher.matches() ? stages.get(matcher.group(1)) : null;
    return looped != null && looped.looped()
        ? Optional.of(new Target(looped, null, true))
        : Optional.empty();
  }

  /** The names of a step's outputs of type Secret; none when the stage has no such step. */
  static Set<String> secretOutputs(YamlNode.Mapping stage, String id) {
    if (stage.get("spec") instanceof YamlNode.Mapping spec
        && spec.get("execution") instanceof YamlNode.Mapping execution) {
      Set<String> exact = secretsBelow(execution.get("steps"), id);
      Matcher matcher = NUMBERED.matcher(id);
      return exact.isEmpty() && matcher.matches()
          ? secretsBelow(execution.get("steps"), matcher.group(1))
          : exact;
    }
    return Set.of();
  }

  private static Set<String> secretsBelow(@Nullable YamlNode steps, String id) {
    Set<String> names = new HashSet<>();
    for (YamlNode item : items(steps)) {
      if (!(item instanceof YamlNode.Mapping wrapper)) {
        continue;
      }
      names.addAll(secretsBelow(wrapper.get("parallel"), id));
      if (wrapper.get("stepGroup") instanceof YamlNode.Mapping group) {
        names.addAll(secretsBelow(group.get("steps"), id));
      }
      if (wrapper.get("step") instanceof YamlNode.Mapping step
          && id.equals(step.text("identifier"))
          && step.get("spec") instanceof YamlNode.Mapping spec) {
        for (YamlNode output : items(spec.get("outputVariables"))) {
          if (output instanceof YamlNode.Mapping variable
              && "Secret".equals(variable.text("type"))) {
            String name = variable.text("name");
            names.add(name == null ? "" : name);
          }
        }
      }
    }
    return names;
  }

  private static List<YamlNode> items(@Nullable YamlNode node) {
    return node instanceof YamlNode.Sequence list ? list.items() : List.of();
  }

  /**
   * The setting at a path below a node; members of lists are named by their identifier. Null when
   * there is none.
   */
  static @Nullable String setting(YamlNode node, List<String> path) {
    if (path.isEmpty()) {
      return node instanceof YamlNode.Scalar scalar ? (scalar.blank() ? "" : scalar.text()) : null;
    }
    return switch (node) {
      case YamlNode.Scalar _ -> null;
      case YamlNode.Mapping mapping -> {
        YamlNode below = mapping.get(path.getFirst());
        yield below == null ? null : setting(below, path.subList(1, path.size()));
      }
      case YamlNode.Sequence sequence -> {
        YamlNode member = member(sequence, path.getFirst());
        yield member == null ? null : setting(member, path.subList(1, path.size()));
      }
    };
  }

  private static @Nullable YamlNode member(YamlNode.Sequence sequence, String id) {
    for (YamlNode item : sequence.items()) {
      if (item instanceof YamlNode.Mapping mapping && mapping.entries().size() == 1) {
        YamlNode body = mapping.entries().values().iterator().next();
        if (body instanceof YamlNode.Sequence parallel) {
          YamlNode found = member(parallel, id);
          if (found != null) {
            return found;
          }
        } else if (body instanceof YamlNode.Mapping inner && id.equals(inner.text("identifier"))) {
          return inner;
        }
      }
    }
    return null;
  }
}
