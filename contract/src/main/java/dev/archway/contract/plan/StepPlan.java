package dev.archway.contract.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.image.Repository;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One step of a stage run. Steps run in order and share the workspace {@code /harness}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = StepPlan.Clone.class, name = "Clone"),
  @JsonSubTypes.Type(value = StepPlan.Run.class, name = "Run"),
  @JsonSubTypes.Type(value = StepPlan.BuildAndPush.class, name = "BuildAndPush"),
  @JsonSubTypes.Type(value = StepPlan.SaveCache.class, name = "SaveCache"),
  @JsonSubTypes.Type(value = StepPlan.RestoreCache.class, name = "RestoreCache"),
  @JsonSubTypes.Type(value = StepPlan.Upload.class, name = "Upload"),
  @JsonSubTypes.Type(value = StepPlan.PublishIndex.class, name = "PublishIndex")
})
public sealed interface StepPlan {
  /** Unique within the stage: letters, digits and _. */
  String id();

  /** For people. */
  String name();

  /** After this long the step is killed and counts as expired. */
  Duration timeout();

  /** A step that a runtime carries out where the stage is. */
  sealed interface InRuntime extends StepPlan {}

  /**
   * Has registry-service publish an image index, and ends as that ended: nothing of it runs where
   * the stage is.
   *
   * @param index the index's id in the plan
   */
  record PublishIndex(String id, String name, Duration timeout, String index) implements StepPlan {
    /** The output variable with the index's digest. */
    public static final String DIGEST = "digest";

    /** The output variable with the index's repository and digest. */
    public static final String IMAGE = "image";
  }

  /**
   * Clones one commit into the workspace.
   *
   * @param source what to clone (Harness page "Git Clone step"); null for the execution's one
   *     commit, which {@code cloneCodebase: true} stands for
   */
  record Clone(String id, String name, Duration timeout, @Nullable Source source)
      implements InRuntime {
    /** The clone of the codebase. */
    public Clone(String id, String name, Duration timeout) {
      this(id, name, timeout, null);
    }
  }

  /**
   * A repository beside the codebase.
   *
   * @param checkout the commit it was resolved to when the execution was submitted; null before
   * @param directory where in the workspace; never the workspace itself
   */
  record Source(CodebasePlan codebase, @Nullable Checkout checkout, String directory) {
    /** The same, resolved. */
    public Source at(Checkout commit) {
      return new Source(codebase, commit, directory);
    }
  }

  /**
   * Runs a command, or the image's own entry point, in a container.
   *
   * @param image the image as written; no tag means {@code latest}
   * @param imageRegistry whose account to pull with; null for anonymous
   * @param command the script; null runs the image's entry point
   * @param shell what runs the script
   * @param environment variables for the container
   * @param imagePullPolicy {@code Always}, {@code IfNotPresent} or {@code Never}; null means
   *     IfNotPresent
   * @param runAsUser numeric user; null means the placement's, else the image's
   * @param outputs what the script hands to later steps
   * @param reports where in the workspace it leaves JUnit reports; {@code *} and {@code ?} stand
   *     for parts of a name, {@code **} for any number of folders
   * @param entrypoint what runs instead of the image's entry point and of a command; none when
   *     empty
   * @param background true for a service: the stage goes on as soon as it runs and ends it with
   *     itself (Harness page "Background step settings")
   */
  record Run(
      String id,
      String name,
      Duration timeout,
      String image,
      Connector.@Nullable DockerRegistry imageRegistry,
      @Nullable String command,
      Shell shell,
      Map<String, String> environment,
      Resources resources,
      @Nullable String imagePullPolicy,
      boolean privileged,
      @Nullable Long runAsUser,
      List<Output> outputs,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> reports,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> entrypoint,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean background)
      implements InRuntime {
    /**
     * The timeout of a service that names none: longer than any stage may take (Harness page
     * "Pipeline settings").
     */
    public static final Duration AS_LONG_AS_ITS_STAGE = Duration.ofDays(35);

    public Run {
      environment = Map.copyOf(environment);
      outputs = List.copyOf(outputs);
      reports = List.copyOf(reports);
      entrypoint = List.copyOf(entrypoint);
    }

    /** A step without outputs and reports. */
    public Run(
        String id,
        String name,
        Duration timeout,
        String image,
        Connector.@Nullable DockerRegistry imageRegistry,
        @Nullable String command,
        Shell shell,
        Map<String, String> environment,
        Resources resources,
        @Nullable String imagePullPolicy,
        boolean privileged,
        @Nullable Long runAsUser) {
      this(
          id,
          name,
          timeout,
          image,
          imageRegistry,
          command,
          shell,
          environment,
          resources,
          imagePullPolicy,
          privileged,
          runAsUser,
          List.of(),
          List.of(),
          List.of(),
          false);
    }

    /** The same with its texts filled in. */
    public Run with(String image, @Nullable String command, Map<String, String> environment) {
      return with(image, command, environment, outputs, reports, entrypoint, background);
    }

    /** The same with lists filled in. */
    public Run with(List<String> reports, List<String> entrypoint) {
      return with(image, command, environment, outputs, reports, entrypoint, background);
    }

    /** The same with these outputs. */
    public Run giving(List<Output> outputs) {
      return with(image, command, environment, outputs, reports, entrypoint, background);
    }

    /** The same as a service. */
    public Run inBackground() {
      return with(image, command, environment, outputs, reports, entrypoint, true);
    }

    private Run with(
        String image,
        @Nullable String command,
        Map<String, String> environment,
        List<Output> outputs,
        List<String> reports,
        List<String> entrypoint,
        boolean background) {
      return new Run(
          id,
          name,
          timeout,
          image,
          imageRegistry,
          command,
          shell,
          environment,
          resources,
          imagePullPolicy,
          privileged,
          runAsUser,
          outputs,
          reports,
          entrypoint,
          background);
    }
  }

  /**
   * One output variable (Harness Run step, "Output Variables").
   *
   * @param name how later steps call it
   * @param variable the script's variable it is read from
   * @param secret true for one that later steps of the stage read, and nobody is shown
   */
  record Output(String name, String variable, boolean secret) {
    /** One that is shown. */
    public Output(String name, String variable) {
      this(name, variable, false);
    }
  }

  /**
   * Builds an image from the workspace and pushes it.
   *
   * @param registry where to push
   * @param repository the full repository
   * @param tags at least one
   * @param context the build context, relative to the workspace; {@code .} is the workspace itself
   * @param dockerfile relative to the workspace, as Harness reads it
   * @param target the Dockerfile's build target; null builds the last one
   * @param buildArguments values for the Dockerfile's ARG lines
   * @param labels labels for the image
   * @param secrets what {@code RUN --mount=type=secret,id=ID} reads, by id; never in the image
   * @param baseImages more registries whose accounts base images may be pulled with
   * @param cache where builds leave their layers for the next one, each platform apart; null for
   *     nowhere
   * @param kind the step's type as the pipeline writes it, for people
   */
  record BuildAndPush(
      String id,
      String name,
      Duration timeout,
      Connector.DockerRegistry registry,
      Repository repository,
      List<String> tags,
      String context,
      String dockerfile,
      @Nullable String target,
      Map<String, String> buildArguments,
      Map<String, String> labels,
      Map<String, String> secrets,
      Resources resources,
      List<Connector.DockerRegistry> baseImages,
      @Nullable Repository cache,
      String kind)
      implements InRuntime {
    public BuildAndPush {
      // Plans stored before it was told do not have it.
      kind = Objects.requireNonNullElse(kind, "BuildAndPushDockerRegistry");
      baseImages = List.copyOf(baseImages);
      tags = List.copyOf(tags);
      buildArguments = Map.copyOf(buildArguments);
      labels = Map.copyOf(labels);
      secrets = Map.copyOf(secrets);
      if (tags.isEmpty()) {
        throw new IllegalArgumentException(
            "step %s: no tags (expected: at least one)".formatted(id));
      }
    }

    /** A build without secrets. */
    public BuildAndPush(
        String id,
        String name,
        Duration timeout,
        Connector.DockerRegistry registry,
        Repository repository,
        List<String> tags,
        String context,
        String dockerfile,
        @Nullable String target,
        Map<String, String> buildArguments,
        Map<String, String> labels,
        Resources resources) {
      this(
          id,
          name,
          timeout,
          registry,
          repository,
          tags,
          context,
          dockerfile,
          target,
          buildArguments,
          labels,
          Map.of(),
          resources,
          List.of(),
          null,
          "BuildAndPushDockerRegistry");
    }

    /** The same with other tags. */
    public BuildAndPush with(List<String> tags) {
      return with(tags, buildArguments, labels, secrets);
    }

    /** The same with its texts filled in. */
    public BuildAndPush with(
        List<String> tags,
        Map<String, String> buildArguments,
        Map<String, String> labels,
        Map<String, String> secrets) {
      return new BuildAndPush(
          id,
          name,
          timeout,
          registry,
          repository,
          tags,
          context,
          dockerfile,
          target,
          buildArguments,
          labels,
          secrets,
          resources,
          baseImages,
          cache,
          kind);
    }
  }

  /** Moves files between the workspace and a bucket. */
  sealed interface Transfer extends InRuntime {
    /** The bucket. */
    ObjectStore store();

    /** Limits of the container that does it. */
    Resources resources();

    /** Numeric user; null means the placement's, else root, who can read every step's files. */
    @Nullable Long runAsUser();
  }

  /**
   * Packs files of the workspace into one object (Harness page "Save and restore cache from S3").
   *
   * @param paths below the workspace
   * @param override true replaces what is there under the key; false leaves it
   */
  record SaveCache(
      String id,
      String name,
      Duration timeout,
      ObjectStore store,
      CacheKey key,
      List<String> paths,
      ArchiveFormat format,
      boolean override,
      Resources resources,
      @Nullable Long runAsUser)
      implements Transfer {
    public SaveCache {
      paths = List.copyOf(paths);
    }

    /** The same with its texts filled in. */
    public SaveCache with(CacheKey key, List<String> paths) {
      return new SaveCache(
          id, name, timeout, store, key, paths, format, override, resources, runAsUser);
    }
  }

  /**
   * Unpacks a cache into the workspace; its format is told from its content.
   *
   * @param failIfMissing true fails the step when nothing is there under the key
   */
  record RestoreCache(
      String id,
      String name,
      Duration timeout,
      ObjectStore store,
      CacheKey key,
      boolean failIfMissing,
      Resources resources,
      @Nullable Long runAsUser)
      implements Transfer {
    /** The output variable that says whether there was anything, {@code true} or {@code false}. */
    public static final String HIT = "cacheHit";

    /** The same with its texts filled in. */
    public RestoreCache with(CacheKey key) {
      return new RestoreCache(id, name, timeout, store, key, failIfMissing, resources, runAsUser);
    }
  }

  /**
   * Puts files of the workspace into a bucket (Harness page "Upload artifacts to S3").
   *
   * @param source a path below the workspace, which may be a pattern
   * @param target the folder in the bucket; empty for its root
   * @param stripPrefix the leading folder that objects' names leave out; empty for none
   */
  record Upload(
      String id,
      String name,
      Duration timeout,
      ObjectStore store,
      String source,
      String target,
      String stripPrefix,
      Resources resources,
      @Nullable Long runAsUser)
      implements Transfer {
    /** The same with its texts filled in. */
    public Upload with(String source, String target, String stripPrefix) {
      return new Upload(
          id, name, timeout, store, source, target, stripPrefix, resources, runAsUser);
    }
  }

  /** What runs a step's script (Harness Run step, "Shell"). */
  enum Shell {
    SH,
    BASH,
    PYTHON,
    POWERSHELL,
    PWSH
  }

  /**
   * Limits of a step's container; null means no limit.
   *
   * @param memoryBytes limit of memory
   * @param cpuMillis limit of CPU in thousandths of a core
   */
  record Resources(@Nullable Long memoryBytes, @Nullable Long cpuMillis) {
    public static final Resources UNLIMITED = new Resources(null, null);
  }
}
