package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.Flow;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.When;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads stages of type CI (Harness page "CI stage settings"). */
final class StageReader {
  /** How long a stage may take when it does not say. */
  static final Duration DEFAULT_TIMEOUT = Duration.ofHours(10);

  private static final String ARCHITECTURE = "kubernetes.io/arch";
  private static final String SYSTEM = "kubernetes.io/os";

  private final Lookup lookup;
  private final boolean hasCodebase;
  private final Findings findings;
  private final Map<String, Fields> placements = new LinkedHashMap<>();

  StageReader(Lookup lookup, boolean hasCodebase, Findings findings) {
    this.lookup = lookup;
    this.hasCodebase = hasCodebase;
    this.findings = findings;
  }

  /**
   * A stage before it is expanded into runs.
   *
   * @param runs one for each platform, or one
   * @param builds the {@code spec} of each step that builds, by the step's id
   * @param manifests what may be an index's, of steps that are plugins so far, by the step's id
   * @param fannedOut true when the stage declares {@code platforms:}
   */
  record Stage(
      Fields fields,
      String id,
      String name,
      Duration timeout,
      List<Run> runs,
      List<StepPlan> steps,
      Map<String, Fields> builds,
      Map<String, ManifestReader.Manifest> manifests,
      boolean fannedOut,
      When when,
      List<Flow> flow,
      List<FailureStrategy> onFailure) {
    /** The same with these steps, which have the same ids. */
    Stage with(List<StepPlan> other) {
      return new Stage(
          fields, id, name, timeout, runs, other, builds, manifests, fannedOut, when, flow,
          onFailure);
    }
  }

  /** Where one run of a stage goes. */
  record Run(Platform platform, Placement placement) {}

  Optional<Stage> read(Fields stage) {
    String id = stage.required("identifier", "unnamed");
    if (!StepReader.IDENTIFIER.matcher(id).matches()) {
      stage.error(
          "identifier",
          ProblemCode.BAD_IDENTIFIER,
          "\"%s\" (expected: letters, digits and _, not starting with a digit)".formatted(id));
      id = "unnamed";
    }
    String name = stage.text("name");
    String type = stage.required("type", "CI");
    if (!type.equals("CI")) {
      stage.error(
          "type", ProblemCode.NOT_SUPPORTED, "stage type \"%s\" (expected: CI)".formatted(type));
      return Optional.empty();
    }
    Duration timeout = stage.parsed("timeout", ProblemCode.BAD_VALUE, Quantities::duration);
    Map<String, String> variables = VariableReader.read(stage, findings);
    When when = FlowReader.when(stage, "pipelineStatus");
    List<FailureStrategy> onFailure =
        FlowReader.strategies(stage, FlowReader.Owner.STAGE, findings);
    Fields spec = stage.requiredObject("spec");
    stage.finish();

    Boolean clone = spec.bool("cloneCodebase");
    Fields provenance = spec.object("slsa_provenance");
    if (provenance != null) {
      provenance.finish();
    }
    Caching.ofStage(spec);
    List<Run> runs = runs(spec, id);
    Fields execution = spec.requiredObject("execution");
    List<YamlNode> items = execution.items("steps");
    if (items.isEmpty() && spec.has("execution")) {
      execution.missing("steps");
    }
    execution.finish();
    List<StepPlan> steps = new ArrayList<>();
    if (clone == null ? hasCodebase : clone) {
      if (!hasCodebase) {
        spec.error(
            "cloneCodebase",
            ProblemCode.MISSING_FIELD,
            "the stage clones the codebase, but the pipeline has none (expected: properties.ci.codebase, or cloneCodebase: false)");
      }
      steps.add(new StepPlan.Clone("clone", "Clone codebase", StepReader.DEFAULT_TIMEOUT));
    }
    List<Flow> flow = new ArrayList<>(Flow.inOrder(steps));
    StepReader.Steps read =
        new StepReader(lookup, variables, findings).read(items, execution.path() + ".steps");
    steps.addAll(read.steps());
    flow.addAll(read.flow());
    checkPluginVariables(stage, variables, steps);
    boolean fannedOut = spec.has("platforms");
    spec.finish();
    return runs.isEmpty() || steps.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Stage(
                stage,
                id,
                name == null ? id : name,
                timeout == null ? DEFAULT_TIMEOUT : timeout,
                runs,
                steps,
                read.builds(),
                read.manifests(),
                fannedOut,
                when,
                flow,
                onFailure));
  }

  /** Harness hands stage variables with this prefix to its build tool, as flags. */
  private static void checkPluginVariables(
      Fields stage, Map<String, String> variables, List<StepPlan> steps) {
    if (steps.stream().noneMatch(StepPlan.BuildAndPush.class::isInstance)) {
      return;
    }
    for (String name : variables.keySet()) {
      if (name.startsWith("PLUGIN_")) {
        stage.error(
            "variables",
            ProblemCode.NOT_SUPPORTED,
            "variable \"%s\" would set a flag of Harness's build tool, which Archway does not use (expected: a pipeline without it)"
                .formatted(name));
      }
    }
  }

  private List<Run> runs(Fields spec, String stage) {
    // Told once: who writes one of the two writes the other, and no infrastructure.
    String elsewhere = spec.has("runtime") ? "runtime" : "platform";
    if (spec.has(elsewhere)) {
      spec.error(
          elsewhere,
          ProblemCode.NOT_SUPPORTED,
          "\"%s\" picks a machine of Harness Cloud or of a delegate (expected: infrastructure of type KubernetesDirect, and an image for each step that runs)"
              .formatted(elsewhere));
      if (!spec.has("infrastructure")) {
        return List.of();
      }
    }
    Fields infrastructure = spec.requiredObject("infrastructure");
    String from = infrastructure.text("useFromStage");
    Fields placementFields;
    if (from != null) {
      // Of a stage that runs several times, whose runs have their numbers behind their names.
      Fields other = placements.getOrDefault(from, placements.get(from + "_0"));
      if (other == null) {
        infrastructure.error(
            "useFromStage",
            ProblemCode.UNKNOWN_STAGE,
            "no earlier stage \"%s\" has an infrastructure (expected: one of %s)"
                .formatted(from, placements.keySet()));
        return List.of();
      }
      infrastructure.finish();
      placementFields = other;
    } else {
      String type = infrastructure.text("type");
      if (type == null) {
        if (spec.has("infrastructure")) {
          infrastructure.missing("type");
        }
        return List.of();
      }
      if (!type.equals("KubernetesDirect")) {
        infrastructure.error(
            "type",
            ProblemCode.NOT_SUPPORTED,
            "infrastructure type \"%s\" (expected: KubernetesDirect)".formatted(type));
        return List.of();
      }
      placementFields = infrastructure.requiredObject("spec");
      infrastructure.finish();
      placements.put(stage, placementFields);
    }
    List<Placement.Volume> shared = VolumeReader.shared(spec);
    Placement infra = PlacementReader.read(placementFields, lookup, findings);
    if (infra == null) {
      return List.of();
    }
    List<Placement.Volume> volumes = new ArrayList<>(infra.volumes());
    volumes.addAll(shared);
    Placement placement = infra.with(volumes);
    if (!spec.has("platforms")) {
      VolumeReader.check(placementFields, "volumes", placement);
      Platform platform = platform(placementFields, placement);
      return platform != null && checked(placementFields, "connectorRef", platform, placement)
          ? List.of(new Run(platform, placement))
          : List.of();
    }
    List<Run> runs = new ArrayList<>();
    List<YamlNode> items = spec.items("platforms");
    for (int i = 0; i < items.size(); i++) {
      Run run = platformRun(items.get(i), spec, i, placement);
      if (run != null) {
        VolumeReader.check(placementFields, "volumes", run.placement());
      }
      if (run != null && checked(spec, "platforms", run.platform(), run.placement())) {
        if (runs.stream().anyMatch(other -> other.platform().equals(run.platform()))) {
          spec.error(
              "platforms",
              ProblemCode.BAD_VALUE,
              "%s is listed twice (expected: once)".formatted(run.platform()));
        } else {
          runs.add(run);
        }
      }
    }
    return runs;
  }

  private @Nullable Run platformRun(YamlNode item, Fields spec, int index, Placement base) {
    String path = spec.path() + ".platforms[" + index + "]";
    Map<String, YamlNode> alone = Map.of("platform", item);
    Fields fields =
        spec.member(
            "platforms",
            item instanceof YamlNode.Mapping mapping
                ? mapping
                : new YamlNode.Mapping(alone, Map.of(), item.place()),
            path);
    Platform platform = fields.parsed("platform", ProblemCode.BAD_VALUE, Platform::parse);
    if (platform == null) {
      if (fields.text("platform") == null) {
        fields.missing("platform");
      }
      return null;
    }
    Connector connector =
        fields.has("connectorRef")
            ? lookup.find(fields, "connectorRef", Connector.Infrastructure.class)
            : base.connector();
    Map<String, String> selector = new LinkedHashMap<>(base.nodeSelector());
    selector.putAll(fields.strings("nodeSelector"));
    selector.put(ARCHITECTURE, platform.architecture());
    List<Placement.Toleration> tolerations = new ArrayList<>(base.tolerations());
    tolerations.addAll(PlacementReader.tolerations(fields, findings));
    var ours =
        new Placement.Toleration(
            ARCHITECTURE, "Equal", platform.architecture(), "NoSchedule", null);
    if (!tolerations.contains(ours)) {
      tolerations.add(ours);
    }
    String namespace = fields.text("namespace");
    fields.finish();
    return connector == null
        ? null
        : new Run(
            platform,
            base.at(
                connector,
                namespace == null ? base.namespace() : namespace,
                selector,
                tolerations));
  }

  /** The stage's platform where it declares none; null after a finding. */
  private static @Nullable Platform platform(Fields fields, Placement placement) {
    String architecture = placement.nodeSelector().getOrDefault(ARCHITECTURE, "");
    String system = placement.nodeSelector().getOrDefault(SYSTEM, "");
    if (architecture.isBlank()) {
      List<Platform> declared = declared(placement.connector());
      return declared.size() == 1 ? declared.getFirst() : Platform.LINUX_AMD64;
    }
    try {
      return new Platform(system.isBlank() ? "linux" : system, architecture, null);
    } catch (IllegalArgumentException e) {
      fields.error("nodeSelector", ProblemCode.BAD_VALUE, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private static boolean checked(
      Fields fields, String key, Platform platform, Placement placement) {
    List<Platform> declared = declared(placement.connector());
    if (declared.isEmpty() || declared.contains(platform)) {
      return true;
    }
    fields.error(
        key,
        ProblemCode.WRONG_PLATFORM,
        "the stage is for %s, but connector \"%s\" takes %s (expected: a connector of that platform)"
            .formatted(platform, placement.connector().ref(), declared));
    return false;
  }

  private static List<Platform> declared(Connector connector) {
    return connector instanceof Connector.Infrastructure place ? place.platforms() : List.of();
  }
}
