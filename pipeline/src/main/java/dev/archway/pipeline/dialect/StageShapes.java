package dev.archway.pipeline.dialect;

import static dev.archway.pipeline.dialect.Field.byType;
import static dev.archway.pipeline.dialect.Field.count;
import static dev.archway.pipeline.dialect.Field.flag;
import static dev.archway.pipeline.dialect.Field.list;
import static dev.archway.pipeline.dialect.Field.map;
import static dev.archway.pipeline.dialect.Field.object;
import static dev.archway.pipeline.dialect.Field.text;
import static dev.archway.pipeline.dialect.Field.texts;
import static dev.archway.pipeline.dialect.Field.word;
import static dev.archway.pipeline.dialect.Field.wordOfAnyCase;

import java.util.List;
import java.util.Map;

/** Stages and where they run (Harness page "CI stage settings"). */
public final class StageShapes {
  /** A toleration, as Kubernetes has it. */
  private static final Shape.Keys TOLERATION =
      Shape.of("Toleration", "A toleration, as Kubernetes has it.")
          .with(
              text("key", "The taint's key."),
              text("operator", "Equal or Exists."),
              text("value", "The taint's value."),
              text("effect", "NoSchedule, PreferNoSchedule or NoExecute."),
              count("tolerationSeconds", "How long a NoExecute taint is borne."))
          .ignores("Accepted, and not read.", "identifier");

  private static final Shape.Keys CAPABILITIES =
      Shape.of("Capabilities", "Linux capabilities of the containers.")
          .with(texts("add", "Capabilities to add."), texts("drop", "Capabilities to drop."));

  private static final Shape.Keys SECURITY_CONTEXT =
      Shape.of("SecurityContext", "The security context of the containers, as Kubernetes has it.")
          .with(
              object("capabilities", "Linux capabilities.", () -> CAPABILITIES),
              flag("privileged", "Whether they run privileged."),
              flag("allowPrivilegeEscalation", "Whether a process may gain privileges."),
              count("runAsUser", "The user's number."),
              count("runAsGroup", "The group's number."),
              flag("runAsNonRoot", "Whether root is refused."),
              flag("readOnlyRootFilesystem", "Whether the root file system is read-only."))
          .ignores("Accepted, and not read.", "procMount");

  /** What Kubernetes can check of a node's path. */
  public static final List<String> HOST_TYPES =
      List.of(
          "Directory",
          "DirectoryOrCreate",
          "File",
          "FileOrCreate",
          "Socket",
          "CharDevice",
          "BlockDevice");

  private static final Shape.Keys EMPTY_DIR =
      Shape.of("EmptyDir", "An empty directory for the stage's time.")
          .with(
              word("medium", "Memory, or nothing for the node's disk.", List.of("Memory")),
              text("size", Form.MEMORY, "The most it may hold, such as 1Gi."));

  private static final Shape.Keys HOST_PATH =
      Shape.of("HostPath", "A path of the node; the connector has to allow it.")
          .with(
              text("path", "The node's path.").needed(),
              word("type", "Kubernetes' type of host path.", HOST_TYPES));

  private static final Shape.Keys CLAIM =
      Shape.of("PersistentVolumeClaim", "A claim in the stage's namespace.")
          .with(
              text("claimName", "The claim's name.").needed(),
              flag("readOnly", "Whether it is mounted read-only."));

  private static final Shape.Keys VOLUME =
      Shape.of("Volume", "What the containers of every step get beside the workspace.")
          .with(
              text("mountPath", "Where they see it: an absolute path.").needed(),
              word(
                      "type",
                      "The kind of volume.",
                      List.of("EmptyDir", "HostPath", "PersistentVolumeClaim"))
                  .needed(),
              byType(
                  "spec",
                  "What the kind needs.",
                  Map.of(
                      "EmptyDir",
                      EMPTY_DIR,
                      "HostPath",
                      HOST_PATH,
                      "PersistentVolumeClaim",
                      CLAIM)));

  private static final Shape.Keys PLACEMENT =
      Shape.of("KubernetesDirect", "Where a stage's pods run.")
          .with(
              text("connectorRef", "A connector of type K8sCluster or LocalPodman.").needed(),
              text("namespace", "The pods' namespace.").needed(),
              text("serviceAccountName", "The pods' service account."),
              flag("automountServiceAccountToken", "Whether its token is mounted."),
              count("runAsUser", "The user's number, for every step that names none."),
              text("priorityClassName", "The pods' priority class."),
              map(
                  "nodeSelector",
                  "Labels that a node must have; kubernetes.io/arch decides the platform."),
              list("tolerations", "Taints that the pods bear.", () -> TOLERATION),
              map("labels", "Labels of the pods."),
              map("annotations", "Annotations of the pods."),
              object(
                  "containerSecurityContext", "What the containers may.", () -> SECURITY_CONTEXT),
              wordOfAnyCase("os", "Linux, which it is where it is absent.", List.of("Linux")),
              list("volumes", "Volumes beside the workspace.", () -> VOLUME),
              texts("hostNames", "More names of the pod's own address 127.0.0.1."),
              text(
                  "podSpecOverlay",
                  "YAML that begins with spec and is merged into that of the pod, but for its containers."),
              text(
                  "initTimeout",
                  Form.DURATION,
                  "How long images may be pulled and containers be started; 8m unless the executor says else."))
          .ignores(
              "Accepted, and not read: Archway has no images of its own to pull into a stage.",
              "harnessImageConnectorRef",
              "imagePullPolicy");

  private static final Shape.Either INFRASTRUCTURE =
      new Shape.Either(
          "Infrastructure",
          List.of(
              Shape.of("SameInfrastructure", "The infrastructure of an earlier stage.")
                  .with(text("useFromStage", "The identifier of that stage.").needed()),
              Shape.of("OwnInfrastructure", "The stage's own infrastructure.")
                  .with(
                      word("type", "The one that there is.", List.of("KubernetesDirect")).needed(),
                      byType("spec", "Where the pods run.", Map.of("KubernetesDirect", PLACEMENT))
                          .needed())));

  private static final Shape.Keys PLATFORM =
      Shape.of("Platform", "A platform that the stage runs on, and what is different there.")
          .with(
              text("platform", Form.PLATFORM, "os/architecture, such as linux/arm64.").needed(),
              text("connectorRef", "Another connector of type K8sCluster or LocalPodman."),
              text("namespace", "Another namespace."),
              map("nodeSelector", "More labels that a node must have."),
              list("tolerations", "More taints that the pods bear.", () -> TOLERATION));

  /** Blocks that Harness's editor writes and that are switched off. */
  static final Shape.Keys CACHING =
      Shape.of("Caching", "Accepted; where it is enabled a warning says that it is not run.")
          .with(flag("enabled", "Accepted with a warning: the result is the same, but slower."))
          .ignores("Accepted, and not read.", "key", "paths", "policy", "override");

  private static final Shape.Keys PROVENANCE =
      Shape.of("Provenance", "Accepted where it is switched off.")
          .refusesUnless("false", "enabled")
          .ignores("Accepted, and not read.", "attestation");

  private static final Shape.Keys EXECUTION =
      Shape.of("Execution", "What a stage does.")
          .with(list("steps", "The steps, one after the other.", () -> StepShapes.ENTRY).needed())
          .ignores("Accepted, and not read: a CI stage has nothing to roll back.", "rollbackSteps");

  private static final Shape.Keys SPEC =
      Shape.of("StageSpec", "What a stage of type CI does, and where.")
          .with(
              flag(
                  "cloneCodebase",
                  "Whether the codebase is cloned first: true where it is absent and the pipeline has one."),
              object("infrastructure", "Where it runs.", () -> INFRASTRUCTURE).needed(),
              Field.list(
                      "platforms",
                      "The platforms it runs on, once each; what its steps push becomes one image index.",
                      () -> PLATFORM)
                  .of(new Kind.Members(() -> PLATFORM, Form.PLATFORM)),
              object("execution", "What it does.", () -> EXECUTION).needed(),
              texts("sharedPaths", "Absolute paths of empty folders that its steps share."),
              object("slsa_provenance", "Accepted where it is switched off.", () -> PROVENANCE))
          .with(caching())
          .refuses("serviceDependencies")
          .refusesByReader("runtime", "platform");

  /** A stage. */
  public static final Shape.Keys STAGE =
      Shape.of("Stage", "A stage: steps that share a workspace.")
          .with(
              text("identifier", Form.IDENTIFIER, "The stage's identifier.").needed(),
              text("name", "What people call it; the identifier where it is absent."),
              word("type", "The type that there is.", List.of("CI")).needed(),
              text("timeout", Form.DURATION, "How long it may take: 10h where it is absent."),
              list(
                  "variables",
                  "Values that its steps get as environment variables.",
                  () -> PipelineShapes.VARIABLE),
              object("when", "Whether it runs.", () -> FlowShapes.WHEN_STAGE),
              list(
                  "failureStrategies",
                  "What happens when it fails.",
                  () -> FlowShapes.FAILURE_STRATEGY),
              object("spec", "What it does, and where.", () -> SPEC).needed(),
              object("strategy", "Repeats the stage.", () -> FlowShapes.STRATEGY).resolved(),
              PipelineShapes.Templates.reference())
          .ignores(
              "Accepted, and says nothing about the run.",
              "description",
              "tags",
              "delegateSelectors")
          .refuses("runMode", "pipelineVariables")
          .unless("template");

  /** A place in the list of stages. */
  public static final Shape.Either ENTRY =
      new Shape.Either(
          "StageEntry",
          List.of(
              Shape.of("ParallelStages", "Stages that run at the same time.")
                  .with(
                      list("parallel", "The stages.", () -> StageShapes.ENTRY).needed(),
                      count("maxConcurrency", "How many run at once; all where it is absent."))
                  .refuses("insert"),
              Shape.of("OneStage", "A stage.")
                  .with(object("stage", "The stage.", () -> STAGE).needed())
                  .refuses("insert")));

  private StageShapes() {}

  /** What stages accept, with a warning where it is enabled. */
  static Field[] caching() {
    return new Field[] {
      object("caching", "Accepted, with a warning where it is enabled.", () -> CACHING),
      buildIntelligence()
    };
  }

  static Field buildIntelligence() {
    return object(
        "buildIntelligence", "Accepted, with a warning where it is enabled.", () -> CACHING);
  }
}
