package dev.archway.pipeline.expr;

import dev.archway.expression.Scope;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What expressions at one place of a pipeline may refer to, before the run.
 *
 * @param known values by path
 * @param step the step or group around the place; null outside
 * @param steps ids of the stage's steps; empty outside a stage
 * @param loops ids of the stage's steps and groups that a strategy repeats
 * @param stages ids of all stages
 */
record Names(
    Map<String, Object> known,
    @Nullable String step,
    Set<String> steps,
    Set<String> loops,
    Set<String> stages)
    implements Scope {
  private static final Pattern NUMBERED = Pattern.compile("_\\d+$");

  /** Of the checkout, told at the dispatch. */
  private static final Set<String> CODEBASE =
      Set.of(
          "codebase.branch",
          "codebase.tag",
          "codebase.prNumber",
          "codebase.commitSha",
          "codebase.shortCommitSha",
          "codebase.commitRef",
          "codebase.repoUrl",
          "codebase.build.type");

  @Override
  public Found find(List<String> path) {
    String joined = String.join(".", path);
    Object value = known.get(joined);
    if (value != null) {
      return new Found.Known(value);
    }
    Map<String, Object> inner = below(joined + ".");
    if (!inner.isEmpty()) {
      return new Found.Known(inner);
    }
    if (path.getFirst().equals("codebase") && below("pipeline.properties.ci.codebase.").isEmpty()) {
      return never(joined, "; the pipeline has no codebase");
    }
    if (CODEBASE.contains(joined) || joined.equals("pipeline.executionId")) {
      return new Found.Later();
    }
    return switch (path.getFirst()) {
      case "steps", "execution" -> step(path);
      case "stage" -> path.contains("steps") ? step(path) : never(joined, "");
      case "stages", "pipeline" -> stage(path, joined);
      case "step" -> joined.equals("step.exitCode") ? new Found.Later() : never(joined, "");
      // Nothing but an event fills these, and no event started this run.
      case "trigger", "eventPayload" -> new Found.Known(null);
      case "secrets" -> never(joined, "; secrets go to connectors only");
      default -> never(joined, "");
    };
  }

  private Found step(List<String> path) {
    int at = path.lastIndexOf("steps");
    if (at < 0 || path.size() < at + 3) {
      return never(String.join(".", path), "");
    }
    String id = path.get(at + 1);
    if (loops.contains(id)) {
      return never(
          String.join(".", path),
          "; step \"%s\" runs several times, so name one run, such as %s_0".formatted(id, id));
    }
    String what = path.get(at + 2);
    if (!Set.of("output", "status", "retryCount").contains(what)) {
      return never(String.join(".", path), "");
    }
    boolean one =
        steps.contains(id)
            || (NUMBERED.matcher(id).find() && loops.contains(NUMBERED.matcher(id).replaceAll("")));
    return one
        ? new Found.Later()
        : never(String.join(".", path), "; the stage has no step \"%s\"".formatted(id));
  }

  private Found stage(List<String> path, String joined) {
    int at = path.indexOf("stages");
    if (at < 0 || path.size() < at + 3) {
      return never(joined, "");
    }
    String id = path.get(at + 1);
    if (!stages.contains(id) && !stages.contains(NUMBERED.matcher(id).replaceAll(""))) {
      return never(joined, "; the pipeline has no stage \"%s\"".formatted(id));
    }
    String rest = String.join(".", path.subList(at + 2, path.size()));
    boolean runs =
        rest.equals("status")
            || (rest.startsWith("spec.execution.steps.")
                && (rest.contains(".output.outputVariables") || rest.endsWith(".status")));
    return runs ? new Found.Later() : never(joined, "");
  }

  private static Found never(String path, String why) {
    return new Found.Never(
        "expression <+%s> is never known%s (expected: a path of the pipeline, the codebase, the strategy, or a step's output)"
            .formatted(path.length() > 120 ? path.substring(0, 120) + "…" : path, why));
  }

  private Map<String, Object> below(String prefix) {
    Map<String, Object> inner = new LinkedHashMap<>();
    known.forEach((path, value) -> {
      if (path.startsWith(prefix)) {
        inner.put(path.substring(prefix.length()), value);
      }
    });
    return inner;
  }

  Names with(Map<String, ?> more) {
    Map<String, Object> all = new LinkedHashMap<>(known);
    all.putAll(more);
    return new Names(all, step, steps, loops, stages);
  }

  Names inStage(Set<String> ids, Set<String> looped) {
    return new Names(known, null, new LinkedHashSet<>(ids), looped, stages);
  }

  Names inStep(String id) {
    return new Names(known, id, steps, loops, stages);
  }

  /** The same without the values of a strategy further out, which a nearer one hides. */
  Names withoutStrategy() {
    Map<String, Object> rest = new LinkedHashMap<>(known);
    rest.keySet()
        .removeIf(path ->
            path.startsWith("matrix.")
                || path.startsWith("strategy.")
                || path.startsWith("repeat."));
    return new Names(rest, step, steps, loops, stages);
  }
}
