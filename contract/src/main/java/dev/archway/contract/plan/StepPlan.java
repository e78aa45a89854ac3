package dev.archway.contract.plan;

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
  @JsonSubTypes.Type(value = StepPlan.BuildAndPush.class, name = "BuildAndPush")
})
public sealed interface StepPlan {
  /** Unique within the stage: letters, digits and _. */
  String id();

  /** For people. */
  String name();

  /** After this long the step is killed and counts as expired. */
  Duration timeout();

  /**
   * Clones one commit into the workspace.
   *
   * @param source what to clone (Harness page "Git Clone step"); null for the execution's one
   *     commit, which {@code cloneCodebase: true} stands for
   */
  record Clone(String id, String name, Duration timeout, @Nullable Source source)
      implements StepPlan {
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
      List<Output> outputs)
      implements StepPlan {
    public Run {
      environment = Map.copyOf(environment);
      outputs = List.copyOf(outputs);
    }

    /** A step without outputs. */
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
          List.of());
    }

    /** The same with its texts filled in. */
    public Run with(String image, @Nullable String command, Map<String, String> environment) {
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
          outputs);
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
      implements StepPlan {
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
