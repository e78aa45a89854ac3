package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.Flow;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.When;
import dev.archway.contract.plan.Workspace;
import dev.archway.expression.Template;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.dialect.Form;
import dev.archway.pipeline.dialect.OtherSteps;
import dev.archway.pipeline.dialect.StepShapes;
import dev.archway.pipeline.expr.Expressions;
import dev.archway.pipeline.yaml.YamlNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads steps (Harness pages "Run step settings" and "Build and push to Docker"). */
final class StepReader {
  /** How long a step may take when it does not say; Harness's pages name no default. */
  static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);

  static final Pattern IDENTIFIER = Pattern.compile(Form.IDENTIFIER.pattern());
  private static final Set<String> RUN = StepShapes.SPECS.keySet();

  private final Lookup lookup;
  private final Map<String, String> stageVariables;
  private final Findings findings;

  /**
   * @param stageVariables reach every step as environment variables (Harness page "CI stage
   *     settings")
   */
  StepReader(Lookup lookup, Map<String, String> stageVariables, Findings findings) {
    this.lookup = lookup;
    this.stageVariables = stageVariables;
    this.findings = findings;
  }

  /**
   * The steps of a stage.
   *
   * @param steps in the order written
   * @param flow how they follow each other
   * @param builds the {@code spec} of each step that builds, by the step's id
   * @param manifests what may be an index's, of steps that are plugins so far, by the step's id
   */
  record Steps(
      List<StepPlan> steps,
      List<Flow> flow,
      Map<String, Fields> builds,
      Map<String, ManifestReader.Manifest> manifests) {}

  private final List<StepPlan> steps = new ArrayList<>();
  private final Map<String, Fields> builds = new LinkedHashMap<>();
  private final Map<String, ManifestReader.Manifest> manifests = new LinkedHashMap<>();
  private final Set<String> ids = new TreeSet<>(Set.of("clone"));

  /** The steps of a stage; what cannot be read is a finding and left out. */
  Steps read(List<YamlNode> items, String path) {
    List<Flow> flow = flow(items, path, false);
    return new Steps(steps, flow, builds, manifests);
  }

  private List<Flow> flow(List<YamlNode> items, String path, boolean inGroup) {
    List<Flow> flow = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      String here = path + "[" + i + "]";
      if (!(items.get(i) instanceof YamlNode.Mapping item)) {
        findings.error(
            items.get(i).place(),
            here,
            ProblemCode.WRONG_KIND,
            items.get(i).kind() + " (expected: \"step\" with a mapping)");
        continue;
      }
      Fields wrapper = new Fields(item, here, findings, StepShapes.ENTRY);
      if (wrapper.has("parallel")) {
        Long most = wrapper.integer(Expressions.MOST_AT_ONCE);
        List<Flow> members = flow(wrapper.items("parallel"), here + ".parallel", inGroup);
        if (!members.isEmpty()) {
          flow.add(new Flow.Parallel(members, most == null ? 0 : most.intValue()));
        }
      } else if (wrapper.has("stepGroup")) {
        Flow group = group(wrapper.requiredObject("stepGroup"), wrapper, inGroup);
        if (group != null) {
          flow.add(group);
        }
      } else if (!wrapper.has("insert")) {
        Fields step = wrapper.requiredObject("step");
        Flow read = wrapper.has("step") ? step(step) : null;
        if (read != null) {
          flow.add(read);
        }
      }
      wrapper.finish();
    }
    return flow;
  }

  private @Nullable Flow group(Fields group, Fields wrapper, boolean inGroup) {
    if (inGroup) {
      wrapper.error(
          "stepGroup",
          ProblemCode.NOT_SUPPORTED,
          "a step group inside another (expected: steps; groups of a CI stage do not nest)");
    }
    String id = id(group);
    String name = group.text("name");
    When when = FlowReader.when(group, "stageStatus");
    List<FailureStrategy> strategies =
        FlowReader.strategies(group, FlowReader.Owner.GROUP, findings);
    // Expressions have read them; the steps' environments are the stage's business.
    VariableReader.read(group, findings);
    if (!group.has("steps")) {
      group.missing("steps");
    }
    List<Flow> members = flow(group.items("steps"), group.path() + ".steps", true);
    group.finish();
    return members.isEmpty()
        ? null
        : new Flow.Group(id, name == null ? id : name, when, strategies, members);
  }

  private String id(Fields step) {
    String id = step.required("identifier", "unnamed");
    if (!IDENTIFIER.matcher(id).matches()) {
      step.error(
          "identifier",
          ProblemCode.BAD_IDENTIFIER,
          "\"%s\" (expected: letters, digits and _, not starting with a digit)".formatted(id));
    } else if (!ids.add(id)) {
      step.error(
          "identifier",
          ProblemCode.DUPLICATE_IDENTIFIER,
          "a second step \"%s\" in this stage (expected: one; \"clone\" is the built-in clone)"
              .formatted(id));
    }
    return id;
  }

  private @Nullable Flow step(Fields step) {
    String type = step.required("type", "");
    String id = id(step);
    String name = step.text("name");
    Duration timeout = step.parsed("timeout", ProblemCode.BAD_VALUE, Quantities::duration);
    Fields enforce = step.object("enforce");
    if (enforce != null) {
      enforce.finish();
    }
    When when = FlowReader.when(step, "stageStatus");
    List<FailureStrategy> strategies = FlowReader.strategies(step, FlowReader.Owner.STEP, findings);
    if (type.equals("Background")) {
      if (!strategies.isEmpty()) {
        step.error(
            "failureStrategies",
            ProblemCode.NOT_SUPPORTED,
            "failure strategies of a Background step, whose end decides nothing (expected: none)");
      }
      timeout = timeout == null ? StepPlan.Run.AS_LONG_AS_ITS_STAGE : timeout;
    }
    Head head = new Head(id, name == null ? id : name, timeout == null ? DEFAULT_TIMEOUT : timeout);
    Fields spec = step.requiredObject("spec");
    RunReader containers = new RunReader(lookup, stageVariables, findings);
    StepPlan plan =
        switch (type) {
          case "" -> null;
          case "Run" -> containers.run(head, spec);
          case "Background" -> containers.background(head, spec);
          case "Plugin" -> plugin(containers, head, spec);
          case "Test" -> new TestReader(containers).test(head, spec);
          case "RunTests" -> new TestReader(containers).runTests(head, spec);
          case "BuildAndPushDockerRegistry",
              "BuildAndPushECR",
              "BuildAndPushGAR",
              "BuildAndPushGCR",
              "BuildAndPushACR" ->
              new BuildReader(lookup).read(type, head, spec);
          case "GitClone" -> GitCloneReader.read(head, spec, lookup);
          case "SaveCacheS3",
              "SaveCacheGCS",
              "RestoreCacheS3",
              "RestoreCacheGCS",
              "S3Upload",
              "GCSUpload" ->
              TransferReader.read(type, head, spec, lookup);
          default -> {
            Optional<String> nearest = OtherSteps.nearest(type);
            step.error(
                "type",
                nearest.isPresent() ? ProblemCode.NOT_SUPPORTED : ProblemCode.UNKNOWN_STEP_TYPE,
                nearest.isPresent()
                    ? "step type \"%s\" is Harness's, but Archway does not run it (expected: %s)"
                        .formatted(type, nearest.get())
                    : "unknown step type \"%s\"%s (expected: one of %s)"
                        .formatted(type, Suggestion.of(type, RUN), new TreeSet<>(RUN)));
            yield null;
          }
        };
    step.finish();
    if (plan == null) {
      return null;
    }
    steps.add(plan);
    if (plan instanceof StepPlan.BuildAndPush) {
      builds.put(plan.id(), spec);
    }
    return new Flow.Step(plan.id(), when, strategies);
  }

  private @Nullable StepPlan plugin(RunReader containers, Head head, Fields spec) {
    StepPlan.Run step = containers.plugin(head, spec);
    if (step != null && ManifestReader.is(step.image())) {
      ManifestReader.Manifest manifest = ManifestReader.read(spec);
      if (manifest != null) {
        manifests.put(step.id(), manifest);
      }
    }
    return step;
  }

  /** What every step has. */
  record Head(String id, String name, Duration timeout) {}

  static @Nullable Repository repository(
      Fields fields, Connector.@Nullable DockerRegistry registry) {
    String repo = fields.required("repo", "");
    if (repo.isEmpty() || registry == null) {
      return null;
    }
    try {
      Repository repository = Repository.resolve(repo, registry.host());
      if (!repository.host().equals(registry.host())) {
        fields.error(
            "repo",
            ProblemCode.BAD_VALUE,
            "repo \"%s\" is at %s, but connector \"%s\" is of %s (expected: a repository at the connector's registry)"
                .formatted(repo, repository.host(), registry.ref(), registry.host()));
        return null;
      }
      return repository;
    } catch (IllegalArgumentException e) {
      fields.error("repo", ProblemCode.BAD_VALUE, String.valueOf(e.getMessage()));
      return null;
    }
  }

  static List<String> tags(Fields fields, String key) {
    List<String> tags = fields.templateTexts(key);
    if (tags.isEmpty()) {
      fields.missing(key);
    }
    for (String tag : tags) {
      if (!Template.hasExpression(tag) && !Repository.TAG.matcher(tag).matches()) {
        fields.error(
            key,
            ProblemCode.BAD_VALUE,
            "tag \"%s\" (expected: up to 128 letters, digits, ., _ and -, not starting with . or -)"
                .formatted(tag));
      }
    }
    return tags;
  }

  /** The path below the workspace; one that leaves it is a finding. */
  static String inWorkspace(Fields fields, String key, String written) {
    Optional<String> inside = Workspace.inside(written);
    if (inside.isPresent()) {
      return inside.get();
    }
    fields.error(
        key,
        ProblemCode.BAD_VALUE,
        "path \"%s\" (expected: one inside the workspace /harness)".formatted(written));
    return ".";
  }
}
