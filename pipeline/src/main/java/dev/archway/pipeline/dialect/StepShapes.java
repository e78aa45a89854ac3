package dev.archway.pipeline.dialect;

import static dev.archway.pipeline.dialect.Field.anything;
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

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Steps and step groups. A type of step is a line in {@link #SPECS} and the shape of its {@code
 * spec}.
 */
public final class StepShapes {
  private static final Shape.Keys LIMITS =
      Shape.of("Limits", "The most that the container may use.")
          .with(
              text("memory", Form.MEMORY, "Memory, such as 512Mi."),
              text("cpu", Form.CPU, "Processors, such as 500m or 2."));

  private static final Shape.Keys RESOURCES =
      Shape.of("Resources", "What the container may use.")
          .with(object("limits", "The most that it may use.", () -> LIMITS))
          .ignores("Accepted, and not read.", "requests");

  static final Field RESOURCES_FIELD =
      object("resources", "What the container may use.", () -> RESOURCES);

  private static final Shape.Keys OUTPUT =
      Shape.of("OutputVariable", "A variable of the step that others read.")
          .with(
              text("name", "Read as <+steps.STEP.output.outputVariables.NAME>.").needed(),
              text("value", "The shell's variable; its name where it is absent."),
              word(
                  "type",
                  "Secret hides it and gives it to later steps of the stage alone.",
                  List.of("String", "Number", "Secret")));

  /** What every step has that is one container of the author's image. */
  static Shape.Keys container(String name, String about) {
    return Shape.of(name, about)
        .with(
            text("image", "The image that it runs in.").needed(),
            text(
                    "connectorRef",
                    "A connector of type DockerRegistry, Aws, Gcp or Azure, to pull the image with; with a cloud's, the image is written whole.")
                .needed(),
            map("envVariables", "Environment variables."),
            word(
                "imagePullPolicy",
                "When the image is pulled.",
                List.of("Always", "IfNotPresent", "Never")),
            TestShapes.reports(),
            RESOURCES_FIELD,
            flag("privileged", "Whether it runs privileged."),
            count("runAsUser", "The user's number."))
        .refuses("registryRef");
  }

  /** Harness page "Run step settings". */
  private static final Shape.Keys RUN =
      container("RunSpec", "A command in a container.")
          .with(text("command", "The command, for the shell."), shell(), outputs(), alias());

  static Field shell() {
    return wordOfAnyCase(
        "shell",
        "What reads the command: Sh where it is absent.",
        List.of("Sh", "Bash", "Python", "Powershell", "Pwsh"));
  }

  static Field outputs() {
    return list("outputVariables", "Variables of the command that others read.", () -> OUTPUT);
  }

  private static final Shape.Keys ALIAS =
      Shape.of("OutputAlias", "A name under which the outputs are read.")
          .with(
              text(
                      "key",
                      Form.IDENTIFIER,
                      "The name: <+exportedVariables.getValue(\"stage.KEY.OUTPUT\")>.")
                  .needed(),
              word(
                      "scope",
                      "Who may read it so: pipeline.KEY, stage.KEY or stepGroup.KEY.",
                      List.of("Pipeline", "Stage", "StepGroup"))
                  .needed());

  static Field alias() {
    return object("outputAlias", "A name under which the outputs are read.", () -> ALIAS);
  }

  private static final Shape.Keys SETTINGS =
      Shape.anything("PluginSettings", "What the plugin reads as PLUGIN_NAME.");

  /** Harness page "Plugin step settings reference". */
  private static final Shape.Keys PLUGIN =
      container("PluginSpec", "A plugin: an image that reads its settings from its environment.")
          .with(object("settings", "What the plugin reads as PLUGIN_NAME.", () -> SETTINGS))
          .with(texts("entrypoint", "What it runs in place of the image's entry point."))
          .refuses("uses");

  /** What every step has that builds an image and pushes it. */
  private static Shape.Keys build(String name, String where, String cacheKey, Field... target) {
    return Shape.of(name, "Builds an image and pushes it to " + where + ".")
        .with(target)
        .with(
            PipelineShapes.tags("tags", "The image's tags."),
            text(cacheKey, "A repository at the same registry, for layers that are built once."),
            texts("cacheFrom", "Accepted with a warning: see " + cacheKey + "."),
            texts("cacheTo", "Accepted with a warning: see " + cacheKey + "."),
            map("envVariables", "Accepted with a warning: no line of the Dockerfile sees them."),
            text("dockerfile", "The Dockerfile: that of the context where it is absent."),
            text("context", "The folder that COPY reads: the workspace where it is absent."),
            text("target", "The build target to stop at."),
            map("buildArgs", "Values of the Dockerfile's ARG lines."),
            map("labels", "Labels of the image."),
            map("envDockerSecrets", "Secrets for RUN lines that mount them, by id."),
            map("fileDockerSecrets", "Secrets for RUN lines that mount them, by id."),
            texts(
                "baseImageConnectorRefs",
                "Connectors of type DockerRegistry, to pull base images with."),
            RESOURCES_FIELD)
        .with(
            flag("caching", "Accepted with a warning: the result is the same, but slower."),
            StageShapes.buildIntelligence())
        .ignores(
            "Accepted: how Harness's build tool works, not what comes out of it.",
            "optimize",
            "runAsUser")
        .refuses("registryRef");
  }

  /** Harness page "Build and push to Docker". */
  private static final Shape.Keys DOCKER =
      build(
          "BuildAndPushDockerRegistrySpec",
          "a registry",
          "remoteCacheRepo",
          text("connectorRef", "A connector of type DockerRegistry.").needed(),
          text("repo", "The repository, at the connector's registry.").needed());

  /** Harness page "Build and push to ECR". */
  private static final Shape.Keys ECR =
      build(
          "BuildAndPushECRSpec",
          "Amazon ECR",
          "remoteCacheImage",
          text("connectorRef", "A connector of type Aws.").needed(),
          text("region", Form.REGION, "The registry's region, such as eu-west-1.").needed(),
          text("account", Form.ACCOUNT, "The account's 12 digits.").needed(),
          text("imageName", "The repository.").needed());

  /** Harness pages "Build and push to GAR" and "… to GCR". */
  private static Shape.Keys google(String name, String where) {
    return build(
        name,
        where,
        "remoteCacheImage",
        text("connectorRef", "A connector of type Gcp.").needed(),
        text("host", "The registry's host.").needed(),
        text("projectID", "The project.").needed(),
        text("imageName", "The repository.").needed());
  }

  /** Harness page "Build and push to ACR". */
  private static final Shape.Keys ACR =
      build(
              "BuildAndPushACRSpec",
              "Azure",
              "remoteCacheRepo",
              text("connectorRef", "A connector of type Azure.").needed(),
              text(
                      "repository",
                      "The registry's host and the repository, such as acme.azurecr.io/app.")
                  .needed())
          .ignores("Accepted: it says whom Azure charges.", "subscriptionId");

  /** Harness page "Git Clone step". */
  private static final Shape.Keys GIT_CLONE =
      Shape.of("GitCloneSpec", "Clones another repository.")
          .with(PipelineShapes.REPOSITORY)
          .with(
              text("cloneDirectory", "The folder: the repository's name where it is absent."),
              anything(
                  "runAsUser",
                  "Accepted with a warning: files belong to the workspace's own user."))
          .ignores("Accepted, and not read.", "projectName", "baseImageConnectorRefs")
          .refuses("outputFilePathsContent");

  /** The types of steps that are run, and the shape of the {@code spec} of each. */
  public static final Map<String, Shape.Keys> SPECS = specs();

  private static Map<String, Shape.Keys> specs() {
    Map<String, Shape.Keys> specs = new LinkedHashMap<>();
    specs.put("Run", RUN);
    specs.put("Background", TestShapes.BACKGROUND);
    specs.put("Plugin", PLUGIN);
    specs.put("Test", TestShapes.TEST);
    specs.put("RunTests", TestShapes.RUN_TESTS);
    specs.put("BuildAndPushDockerRegistry", DOCKER);
    specs.put("BuildAndPushECR", ECR);
    specs.put("BuildAndPushGAR", google("BuildAndPushGARSpec", "Google Artifact Registry"));
    specs.put("BuildAndPushGCR", google("BuildAndPushGCRSpec", "Google Container Registry"));
    specs.put("BuildAndPushACR", ACR);
    specs.put("GitClone", GIT_CLONE);
    specs.putAll(new TreeMap<>(TransferShapes.SPECS));
    return Collections.unmodifiableMap(specs);
  }

  private static final Shape.Keys ENFORCE =
      Shape.of("Enforce", "Accepted where it is empty.").refuses("policySets");

  /** A step. */
  public static final Shape.Keys STEP =
      Shape.of("Step", "A step.")
          .with(
              text("identifier", Form.IDENTIFIER, "The step's identifier.").needed(),
              text("name", "What people call it; the identifier where it is absent."),
              word("type", "What it does.", List.copyOf(SPECS.keySet())).needed(),
              text("timeout", Form.DURATION, "How long it may take: 1h where it is absent."),
              object("when", "Whether it runs.", () -> FlowShapes.WHEN_STEP),
              list(
                  "failureStrategies",
                  "What happens when it fails.",
                  () -> FlowShapes.FAILURE_STRATEGY),
              byType("spec", "What it does exactly.", SPECS).needed(),
              object("enforce", "Accepted where it is empty.", () -> ENFORCE),
              object("strategy", "Repeats the step.", () -> FlowShapes.STRATEGY).resolved(),
              PipelineShapes.Templates.reference())
          .ignores("Accepted, and says nothing about the run.", "description", "contextType")
          .unless("template");

  /** Steps that are one to conditions, failure strategies and loops. */
  public static final Shape.Keys GROUP =
      Shape.of("StepGroup", "Steps that belong together.")
          .with(
              text("identifier", Form.IDENTIFIER, "The group's identifier.").needed(),
              text("name", "What people call it; the identifier where it is absent."),
              object("when", "Whether it runs.", () -> FlowShapes.WHEN_STEP),
              list(
                  "failureStrategies",
                  "What happens when it fails.",
                  () -> FlowShapes.FAILURE_STRATEGY),
              list("steps", "The steps; groups do not nest.", () -> StepShapes.ENTRY_OF_GROUP)
                  .needed(),
              list(
                  "variables",
                  "Values that expressions read as <+stepGroup.variables.NAME>.",
                  () -> PipelineShapes.VARIABLE),
              object("strategy", "Repeats the group.", () -> FlowShapes.STRATEGY).resolved(),
              PipelineShapes.Templates.reference())
          .ignores("Accepted, and says nothing about the run.", "description", "delegateSelectors")
          .refuses("sharedPaths", "stepGroupInfra")
          .unless("template");

  private static final Shape.Keys ONE_STEP =
      Shape.of("OneStep", "A step.")
          .with(object("step", "The step.", () -> STEP).needed())
          .refuses("insert");

  private static final Shape.Keys ONE_GROUP =
      Shape.of("OneStepGroup", "A step group.")
          .with(object("stepGroup", "The group.", () -> GROUP).needed())
          .refuses("insert");

  /** A place in the list of a group's steps. */
  public static final Shape.Either ENTRY_OF_GROUP =
      new Shape.Either(
          "StepEntryOfGroup",
          List.of(parallel("ParallelStepsOfGroup", () -> StepShapes.ENTRY_OF_GROUP), ONE_STEP));

  /** A place in the list of a stage's steps. */
  public static final Shape.Either ENTRY =
      new Shape.Either(
          "StepEntry",
          List.of(parallel("ParallelSteps", () -> StepShapes.ENTRY), ONE_GROUP, ONE_STEP));

  private StepShapes() {}

  private static Shape.Keys parallel(
      String name, java.util.function.Supplier<? extends Shape> members) {
    return Shape.of(name, "Steps that run at the same time.")
        .with(
            list("parallel", "The steps.", members).needed(),
            count("maxConcurrency", "How many run at once; all where it is absent."))
        .refuses("insert");
  }
}
