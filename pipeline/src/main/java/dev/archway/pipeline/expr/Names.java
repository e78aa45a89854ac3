package dev.archway.pipeline.expr;

import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Secrets;
import dev.archway.expression.Template;
import dev.archway.pipeline.RunEvent;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What expressions at one place of a pipeline may refer to, before the run. Each level of the tree
 * adds its own names to those around it.
 */
final class Names implements Scope {
  private static final Pattern NUMBERED = Pattern.compile("_\\d+$");

  /** Settings that read settings that read settings. */
  private static final int DEEPEST = 8;

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

  /** Of an event, which a run that somebody started does not have. */
  private static final Set<String> EVENT =
      Set.of(
          "codebase.sourceBranch",
          "codebase.targetBranch",
          "codebase.prTitle",
          "codebase.pullRequestLink",
          "codebase.pullRequestBody",
          "codebase.baseCommitSha",
          "codebase.mergeSha",
          "codebase.commitMessage",
          "codebase.gitUser",
          "codebase.gitUserId",
          "codebase.gitUserEmail",
          "codebase.gitUserAvatar",
          "codebase.state");

  /** Told when the execution is there. */
  private static final Set<String> EXECUTION =
      Set.of("pipeline.executionId", "pipeline.sequenceId", "pipeline.startTs");

  /** Of Harness's own surroundings. */
  private static final Pattern NOT_KEPT =
      Pattern.compile(
          "(pipeline|stage|step)\\.executionUrl|pipeline\\.(triggeredBy\\..*|selectedStages|resumedExecutionId|storeType|repo|branch)|inputSet(\\..*)?|(org|project)\\.(name|description|tags\\..*)|strategy\\.(currentStatus|node\\..*)|pipeline\\.stages\\.[^.]*\\.(currentStatus|liveStatus)");

  private static final Set<String> STRATEGY = Set.of("matrix", "strategy", "repeat");

  private final @Nullable Names outer;
  private final NavigableMap<String, Object> own = new TreeMap<>();
  private final Outline outline;
  private final Steps steps;
  private final @Nullable String step;
  private final boolean hidesStrategy;
  private final int depth;
  private final @Nullable RunEvent event;

  /**
   * What expressions of a stage may say of its steps.
   *
   * @param stage the identifier of the stage's run; null outside a stage
   * @param written the stage as written; null outside a stage
   * @param order each step's place: a step reads those of lower places
   * @param loops ids of steps and groups that a strategy repeats
   */
  record Steps(
      @Nullable String stage,
      Outline.@Nullable Stage written,
      Map<String, Order> order,
      Set<String> loops) {
    static final Steps NONE = new Steps(null, null, Map.of(), Set.of());

    /**
     * When a step or group runs.
     *
     * @param begin the first moment, in the order written
     * @param end the first moment after it
     */
    record Order(int begin, int end) {}
  }

  private Names(
      @Nullable Names outer,
      Outline outline,
      Steps steps,
      @Nullable String step,
      boolean hidesStrategy,
      int depth,
      @Nullable RunEvent event) {
    this.outer = outer;
    this.event = event;
    this.outline = outline;
    this.steps = steps;
    this.step = step;
    this.hidesStrategy = hidesStrategy;
    this.depth = depth;
  }

  /**
   * @param event what started the run; null when somebody did by hand
   */
  Names(Map<String, ?> known, Outline outline, @Nullable RunEvent event) {
    this(null, outline, Steps.NONE, null, false, 0, event);
    own.putAll(known);
  }

  /** True for what a run that somebody started does not have. */
  static boolean ofEvent(List<String> path) {
    return Set.of("trigger", "eventPayload").contains(path.getFirst())
        || EVENT.contains(String.join(".", path));
  }

  /** The step or group around the place; null outside. */
  @Nullable String step() {
    return step;
  }

  @Override
  public Found find(List<String> path) {
    String joined = String.join(".", path);
    Object value = known(joined);
    if (value != null) {
      return value instanceof Later ? new Found.Later() : new Found.Known(value);
    }
    Map<String, Object> inner = below(joined + ".");
    if (!inner.isEmpty()) {
      return new Found.Known(inner);
    }
    if (EXECUTION.contains(joined)) {
      return new Found.Later();
    }
    if (NOT_KEPT.matcher(joined).matches()) {
      return never(joined, "; Harness tells it, and Archway does not");
    }
    return switch (path.getFirst()) {
      case "codebase" -> codebase(joined);
      case "steps", "execution" -> step(path);
      case "stage" -> path.contains("steps") ? step(path) : setting(path, 1, steps.written());
      case "stages", "pipeline" -> stage(path, joined);
      case "step" -> joined.equals("step.exitCode") ? new Found.Later() : never(joined, "");
      case "trigger", "eventPayload" -> new Found.Known(event == null ? null : event.find(path));
      case "secrets" ->
          joined.equals("secrets")
              ? secrets()
              : never(joined, "; a secret is read as secrets.getValue(\"identifier\")");
      case "env", "service", "infra", "artifact", "artifacts" ->
          never(joined, "; Harness fills it in deployment stages only");
      case "variable" -> never(joined, "; variables of accounts and projects are not kept here");
      case "exportedVariables" ->
          never(
              joined,
              "; no step publishes that under an outputAlias of this scope, read as getValue(\"stage.ALIAS.NAME\")");
      case "matrix", "strategy", "repeat" -> never(joined, "; no strategy around it has this name");
      default -> never(joined, "");
    };
  }

  /** Read where a step runs; from code of others every secret is empty. */
  private Found secrets() {
    return event != null && event.foreign()
        ? new Found.Known((Secrets) _ -> "")
        : new Found.Later();
  }

  /** A value that is known later, although its place is of those that are known before. */
  record Later(String template) {}

  /** The template that stands at a path until the run; null for other paths. */
  @Nullable String deferred(List<String> path) {
    return known(String.join(".", path)) instanceof Later(String template) ? template : null;
  }

  private Found codebase(String joined) {
    if (below("pipeline.properties.ci.codebase.").isEmpty()) {
      return never(joined, "; the pipeline has no codebase");
    }
    String told =
        event == null ? null : event.codebase().get(joined.replaceFirst("^codebase\\.", ""));
    if (told != null) {
      return new Found.Known(told);
    }
    if (CODEBASE.contains(joined)) {
      return new Found.Later();
    }
    return EVENT.contains(joined) ? new Found.Known(null) : never(joined, "");
  }

  private Found step(List<String> path) {
    int at = path.lastIndexOf("steps");
    if (at < 0 || path.size() < at + 3 || steps.stage() == null) {
      return never(
          String.join(".", path), steps.stage() == null ? "; it stands outside of a stage" : "");
    }
    String id = path.get(at + 1);
    if (steps.loops().contains(id)) {
      return never(
          String.join(".", path),
          "; step \"%s\" runs several times, so name one run, such as %s_0".formatted(id, id));
    }
    if (!Set.of("output", "status", "retryCount").contains(path.get(at + 2))) {
      int from = path.indexOf("steps");
      List<String> rest = new java.util.ArrayList<>(List.of("spec", "execution"));
      rest.addAll(path.subList(from, path.size()));
      return setting(rest, 0, steps.written());
    }
    boolean one =
        steps.order().containsKey(id)
            || (NUMBERED.matcher(id).find()
                && steps.loops().contains(NUMBERED.matcher(id).replaceAll("")));
    return one
        ? new Found.Later()
        : never(String.join(".", path), "; the stage has no step \"%s\"".formatted(id));
  }

  /**
   * True when the path reads a step that has not ended when this place is evaluated, so that it
   * reads nothing (Harness: null).
   */
  boolean tooEarly(List<String> path) {
    int at = path.lastIndexOf("steps");
    boolean here = Set.of("steps", "execution", "stage").contains(path.getFirst()) || ofOwn(path);
    if (!here || at < 0 || path.size() < at + 3 || step == null) {
      return false;
    }
    Steps.Order reader = steps.order().get(NUMBERED.matcher(step).replaceAll(""));
    Steps.Order read = steps.order().get(NUMBERED.matcher(path.get(at + 1)).replaceAll(""));
    reader = reader == null ? steps.order().get(step) : reader;
    read = read == null ? steps.order().get(path.get(at + 1)) : read;
    return reader != null && read != null && read.end() > reader.begin();
  }

  /** True when the path names the stage around the place in full, and a step of it. */
  boolean ofOwn(List<String> path) {
    int at = path.indexOf("stages");
    return steps.stage() != null
        && (at == 0 || (at == 1 && path.getFirst().equals("pipeline")))
        && path.size() > at + 2
        && path.get(at + 1).equals(steps.stage())
        && path.contains("steps");
  }

  /** True when the path reads an output of type Secret, or all outputs of a step that has one. */
  boolean secretOutput(List<String> path) {
    int at = path.lastIndexOf("steps");
    if (at < 0 || path.size() < at + 3 || !path.get(at + 2).equals("output")) {
      return false;
    }
    int stages = path.indexOf("stages");
    Outline.Stage stage = steps.written();
    if (stages >= 0 && !ofOwn(path)) {
      stage = outline.find(path.get(stages + 1)).map(Outline.Target::stage).orElse(null);
    }
    if (stage == null) {
      return false;
    }
    Set<String> secrets = Outline.secretOutputs(stage.node(), path.get(at + 1));
    return !secrets.isEmpty()
        && (path.size() <= at + 4
            || secrets.contains(String.join(".", path.subList(at + 4, path.size()))));
  }

  private Found stage(List<String> path, String joined) {
    int at = path.indexOf("stages");
    if (at < 0 || path.size() < at + 3) {
      return never(joined, "");
    }
    String id = path.get(at + 1);
    if (ofOwn(path)) {
      return step(path.subList(at + 2, path.size()));
    }
    Outline.Target target = outline.find(id).orElse(null);
    if (target == null) {
      return never(joined, "; the pipeline has no stage \"%s\"".formatted(id));
    }
    Outline.Stage stage = target.stage();
    List<String> rest = path.subList(at + 2, path.size());
    boolean status = rest.equals(List.of("status"));
    boolean runs =
        status
            || (rest.size() > 4
                && rest.subList(0, 3).equals(List.of("spec", "execution", "steps"))
                && (rest.contains("output") || rest.getLast().equals("status")));
    if (!runs) {
      return setting(rest, 0, stage);
    }
    if (stage.looped() && !target.numbered()) {
      return never(
          joined,
          "; stage \"%s\" runs several times, so name one run, such as %s_0".formatted(id, id));
    }
    Outline.Stage here = steps.written();
    if (here != null && stage.position() >= here.position()) {
      return never(joined, "; stage \"%s\" does not end before this one starts".formatted(id));
    }
    // What a platform's run reads of a stage that fans out as well is its own platform's.
    boolean ambiguous =
        !status
            && target.run() == null
            && stage.platforms().size() > 1
            && (here == null
                || here.platforms().isEmpty()
                || !stage.platforms().containsAll(here.platforms()));
    return ambiguous
        ? never(
            joined,
            "; stage \"%s\" runs on %s, so name one run, such as %s"
                .formatted(
                    id,
                    String.join(" and ", stage.platforms()),
                    Outline.Stage.run(id, stage.platforms().getFirst())))
        : new Found.Later();
  }

  /** A setting as the pipeline says it. */
  private Found setting(List<String> path, int from, Outline.@Nullable Stage stage) {
    String joined = String.join(".", path);
    String text =
        stage == null ? null : Outline.setting(stage.node(), path.subList(from, path.size()));
    if (text == null) {
      return never(joined, "");
    }
    try {
      return depth > DEEPEST
          ? never(joined, "; it reads itself")
          : new Found.Known(
              Template.parse(text)
                  .fill(new Names(this, outline, steps, step, false, depth + 1, event)));
    } catch (ExpressionException e) {
      return never(joined, "; it is \"%s\" there".formatted(brief(text)));
    }
  }

  private static Found never(String path, String why) {
    return new Found.Never(
        "expression <+%s> is never known%s (expected: a path of the pipeline, the codebase, the strategy, or a step's output)"
            .formatted(brief(path), why));
  }

  private static String brief(String text) {
    return text.length() > 120 ? text.substring(0, 120) + "…" : text;
  }

  private @Nullable Object known(String path) {
    boolean hidden = false;
    for (Names at = this; at != null; at = at.outer) {
      Object value = hidden ? null : at.own.get(path);
      if (value != null) {
        return value;
      }
      hidden |= at.hidesStrategy && ofStrategy(path);
    }
    return null;
  }

  private static boolean ofStrategy(String path) {
    int dot = path.indexOf('.');
    return STRATEGY.contains(dot < 0 ? path : path.substring(0, dot));
  }

  private Map<String, Object> below(String prefix) {
    Map<String, Object> inner = new LinkedHashMap<>();
    for (Names at = this; at != null; at = at.outer) {
      at.own
          .subMap(prefix, prefix + Character.MAX_VALUE)
          .forEach((path, value) -> {
            if (!(value instanceof Later)) {
              inner.putIfAbsent(path.substring(prefix.length()), value);
            }
          });
      if (at.hidesStrategy && ofStrategy(prefix)) {
        break;
      }
    }
    return inner;
  }

  Names with(Map<String, ?> more) {
    Names names = new Names(this, outline, steps, step, false, depth, event);
    names.own.putAll(more);
    return names;
  }

  Names inStage(
      @Nullable String id,
      YamlNode.Mapping body,
      Map<String, Steps.Order> order,
      Set<String> looped) {
    Outline.Stage written = null;
    if (id != null) {
      written = outline.find(id).map(Outline.Target::stage).orElse(null);
    }
    // The body has what a strategy's cell filled in; the outline has it as written.
    Outline.Stage here =
        written == null
            ? null
            : new Outline.Stage(
                written.id(), written.position(), written.looped(), written.platforms(), body);
    return new Names(
        this,
        outline,
        new Steps(id, here, new HashMap<>(order), looped),
        null,
        false,
        depth,
        event);
  }

  Names inStep(String id) {
    return new Names(this, outline, steps, id, false, depth, event);
  }

  /** The same without the values of a strategy further out, which a nearer one hides. */
  Names withoutStrategy() {
    return new Names(this, outline, steps, step, true, depth, event);
  }
}
