package dev.archway.pipeline.compile;

import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.CodebasePlan;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.IndexPlan;
import dev.archway.contract.plan.Notification;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.pipeline.Connectors;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.dialect.PipelineShapes;
import dev.archway.pipeline.dialect.StageShapes;
import dev.archway.pipeline.expr.Expressions;
import dev.archway.pipeline.yaml.YamlNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds the plan of a whole pipeline. One for each compilation. */
public final class PlanBuilder {
  /** OCI distribution specification, {@code <reference>} as a tag. */
  private static final int LONGEST_TAG = 128;

  private final Fields pipeline;
  private final Connectors connectors;
  private final Findings findings;
  private final List<StagePlan> runs = new ArrayList<>();
  private final List<StagePlan> notPicked = new ArrayList<>();
  private final List<IndexPlan> indexes = new ArrayList<>();
  private final Tags tags = new Tags();
  private final Set<String> stageIds = new LinkedHashSet<>();

  /** Of the stage runs. */
  private final Set<String> runIds = new LinkedHashSet<>();

  private final IndexIds indexIds;
  private final Expressions expressions;

  /** How many of the runs have ended when the place being read begins. */
  private int earlier;

  /** Of the block being read. */
  private StagePlan.@Nullable Limit limit;

  public PlanBuilder(
      YamlNode.Mapping pipeline,
      Expressions expressions,
      Connectors connectors,
      Findings findings) {
    this.expressions = expressions;
    this.pipeline = new Fields(pipeline, "pipeline", findings, PipelineShapes.PIPELINE);
    this.indexIds = IndexIds.beside(pipeline.get("stages"));
    this.connectors = connectors;
    this.findings = findings;
  }

  /**
   * Builds the plan; empty when findings leave nothing to plan.
   *
   * @param selected identifiers of the stages to run; empty runs all
   */
  public Optional<ExecutionPlan> build(List<String> selected) {
    String id = pipeline.required("identifier", "unnamed");
    if (!StepReader.IDENTIFIER.matcher(id).matches()) {
      pipeline.error(
          "identifier",
          ProblemCode.BAD_IDENTIFIER,
          "\"%s\" (expected: letters, digits and _, not starting with a digit)".formatted(id));
    }
    String name = pipeline.text("name");
    String org = pipeline.text("orgIdentifier");
    String project = pipeline.text("projectIdentifier");
    Lookup lookup =
        new Lookup(
            connectors, org == null ? "default" : org, project == null ? "default" : project);
    Boolean selective = pipeline.bool("allowStageExecutions");
    VariableReader.read(pipeline, findings);
    Duration timeout = pipeline.parsed("timeout", ProblemCode.BAD_VALUE, Quantities::duration);
    List<Notification> notifications =
        pipeline.has("notificationRules")
            ? NotificationReader.read(pipeline.node().get("notificationRules"), findings)
            : List.of();
    Fields flowControl = pipeline.object("flowControl");
    if (flowControl != null) {
      flowControl.finish();
    }
    if (!selected.isEmpty() && !Boolean.TRUE.equals(selective)) {
      pipeline.error(
          "allowStageExecutions",
          ProblemCode.UNKNOWN_STAGE,
          "stages %s were picked, but the pipeline does not allow that (expected: allowStageExecutions: true)"
              .formatted(selected));
    }
    Fields properties = pipeline.object("properties");
    Fields ci = properties == null ? null : properties.object("ci");
    Fields codebaseFields = ci == null ? null : ci.object("codebase");
    CodebasePlan codebase =
        codebaseFields == null ? null : CodebaseReader.read(codebaseFields, lookup);

    List<YamlNode> items = pipeline.items("stages");
    if (items.isEmpty()) {
      pipeline.missing("stages");
    }
    StageReader reader = new StageReader(lookup, codebaseFields != null, findings);
    List<String> previous = List.of();
    for (int i = 0; i < items.size(); i++) {
      earlier = runs.size();
      List<String> here =
          position(items.get(i), "pipeline.stages[" + i + "]", reader, previous, selected);
      previous = here.isEmpty() ? previous : here;
    }
    for (String picked : selected) {
      if (stageIds.stream().noneMatch(stage -> picked(stage, List.of(picked)))) {
        pipeline.error(
            "stages",
            ProblemCode.UNKNOWN_STAGE,
            "no stage \"%s\"%s (expected: one of %s)"
                .formatted(picked, Suggestion.of(picked, stageIds), stageIds));
      }
    }
    if (ci != null) {
      new IndexReader(lookup, findings, indexIds, tags).read(ci, runs, notPicked, indexes);
      ci.finish();
    }
    if (properties != null) {
      properties.finish();
    }
    pipeline.finish();
    if (findings.hasErrors()) {
      return Optional.empty();
    }
    boolean cloned =
        runs.stream()
            .flatMap(run -> run.steps().stream())
            .anyMatch(step -> step instanceof StepPlan.Clone clone && clone.source() == null);
    return Optional.of(
        new ExecutionPlan(
            lookup.org(),
            lookup.project(),
            id,
            name == null ? id : name,
            cloned ? codebase : null,
            runs,
            indexes,
            timeout,
            notifications));
  }

  /**
   * One place in the list: a stage, or several in parallel. Returns the ids of what the next place
   * waits for.
   */
  private List<String> position(
      YamlNode item, String path, StageReader reader, List<String> after, List<String> selected) {
    if (!(item instanceof YamlNode.Mapping mapping)) {
      findings.error(
          item.place(),
          path,
          ProblemCode.WRONG_KIND,
          item.kind() + " (expected: \"stage\" or \"parallel\")");
      return List.of();
    }
    Fields fields = new Fields(mapping, path, findings, StageShapes.ENTRY);
    if (fields.has("parallel")) {
      List<String> all = new ArrayList<>();
      List<YamlNode> members = fields.items("parallel");
      Long most = fields.integer(Expressions.MOST_AT_ONCE);
      StagePlan.Limit around = limit;
      if (most != null) {
        limit = new StagePlan.Limit(path, most.intValue());
      }
      for (int i = 0; i < members.size(); i++) {
        all.addAll(
            position(members.get(i), path + ".parallel[" + i + "]", reader, after, selected));
      }
      limit = around;
      fields.finish();
      return all;
    }
    if (!fields.has("stage")) {
      if (!fields.has("insert")) {
        fields.missing("stage");
      }
      fields.finish();
      return List.of();
    }
    Fields stage = fields.requiredObject("stage");
    fields.finish();
    String id = stage.text("identifier");
    boolean again = id != null && !stageIds.add(id);
    if (again) {
      stage.error(
          "identifier",
          ProblemCode.DUPLICATE_IDENTIFIER,
          "a second stage \"%s\" (expected: one)".formatted(id));
    }
    Optional<StageReader.Stage> read = reader.read(stage);
    if (read.isEmpty() || again) {
      return List.of();
    }
    if (!selected.isEmpty() && (id == null || !picked(id, selected))) {
      runs(read.get(), List.of(), notPicked);
      return List.of();
    }
    return expand(read.get(), after);
  }

  /** A stage that a strategy repeats is picked as a whole. */
  private static boolean picked(String stage, List<String> selected) {
    return selected.contains(stage) || selected.contains(stage.replaceFirst("_[0-9]+$", ""));
  }

  private List<String> expand(StageReader.Stage written, List<String> after) {
    StageReader.Stage stage = publishing(written);
    List<String> stageRuns = runs(stage, after, runs);
    List<String> nodes = new ArrayList<>(stageRuns);
    for (StepPlan step : stage.steps()) {
      if (step instanceof StepPlan.BuildAndPush push) {
        Fields spec = Objects.requireNonNull(stage.builds().get(push.id()));
        for (StageReader.Run run : stage.runs()) {
          List<String> pushed =
              stage.fannedOut() ? suffixed(push.tags(), run.platform()) : push.tags();
          checkLength(spec, pushed, stage.fannedOut());
          tags.claim(spec, push.repository(), pushed);
        }
        if (stage.fannedOut()) {
          IndexPlan index = index(push, stage.runs(), stageRuns);
          tags.claim(spec, push.repository(), push.tags());
          indexes.add(index);
          nodes.add(index.id());
        }
      }
    }
    return nodes;
  }

  /** The stage with an index publication in place of each plugin that means one. */
  private StageReader.Stage publishing(StageReader.Stage stage) {
    List<StepPlan> steps = new ArrayList<>();
    for (StepPlan step : stage.steps()) {
      ManifestReader.Manifest manifest = stage.manifests().get(step.id());
      if (manifest != null && stage.fannedOut()) {
        stage
            .fields()
            .error(
                "spec",
                ProblemCode.BAD_VALUE,
                "step \"%s\" would publish its index once for each of the stage's platforms (expected: a stage of its own, or no step, since \"platforms\" publishes an index of every image that the stage builds)"
                    .formatted(step.id()));
      }
      IndexPlan index =
          manifest == null || stage.fannedOut()
              ? null
              : ManifestReader.index(
                  manifest, indexIds.next(), stage.id(), steps, runs.subList(0, earlier), tags);
      if (index == null) {
        steps.add(step);
      } else {
        indexes.add(index);
        steps.add(new StepPlan.PublishIndex(step.id(), step.name(), step.timeout(), index.id()));
      }
    }
    return stage.with(steps);
  }

  /** Adds a stage's runs to a list, and returns their ids. */
  private List<String> runs(StageReader.Stage stage, List<String> after, List<StagePlan> into) {
    List<String> added = new ArrayList<>();
    Expressions.Reads reads = expressions.reads(stage.fields().node());
    for (StageReader.Run run : stage.runs()) {
      String id =
          stage.fannedOut()
              ? stage.id() + "_" + run.platform().toString().replace('/', '_')
              : stage.id();
      if (!runIds.add(id)) {
        stage
            .fields()
            .error(
                "identifier",
                ProblemCode.DUPLICATE_IDENTIFIER,
                "a second run \"%s\", made of stage and platform (expected: one)".formatted(id));
      }
      into.add(
          new StagePlan(
              id,
              stage.id(),
              stage.name(),
              after,
              run.platform(),
              run.placement(),
              stage.steps().stream()
                  .map(step -> stage.fannedOut() ? suffixed(step, run.platform()) : step)
                  .toList(),
              stage.timeout(),
              stage.when(),
              stage.flow(),
              stage.onFailure(),
              reads.values(),
              reads.needs(),
              limit));
      added.add(id);
    }
    return added;
  }

  /** The index of one step of a fanned-out stage. */
  private IndexPlan index(
      StepPlan.BuildAndPush push, List<StageReader.Run> platforms, List<String> after) {
    String tag = push.tags().getFirst();
    return new IndexPlan(
        indexIds.next(),
        push.registry(),
        push.repository(),
        push.tags(),
        platforms.stream()
            .map(run -> new IndexPlan.Part(tag + "-" + run.platform().dashed(), run.platform()))
            .toList(),
        after,
        false);
  }

  /** The platform's name must fit behind the tag that was written, which has been checked. */
  private static void checkLength(Fields spec, List<String> pushed, boolean fannedOut) {
    for (String tag : pushed) {
      if (fannedOut && tag.length() > LONGEST_TAG) {
        spec.error(
            "tags",
            ProblemCode.BAD_VALUE,
            "tag \"%s\" has %d characters with its platform's name (expected: %d at most)"
                .formatted(tag, tag.length(), LONGEST_TAG));
      }
    }
  }

  private static List<String> suffixed(List<String> tags, Platform platform) {
    return tags.stream().map(tag -> tag + "-" + platform.dashed()).toList();
  }

  private static StepPlan suffixed(StepPlan step, Platform platform) {
    return step instanceof StepPlan.BuildAndPush push
        ? push.with(suffixed(push.tags(), platform))
        : step;
  }
}
