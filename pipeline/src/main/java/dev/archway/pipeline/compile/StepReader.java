package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.StepPlan;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads steps (Harness pages "Run step settings" and "Build and push to Docker"). */
final class StepReader {
  /** How long a step may take when it does not say; Harness's pages name no default. */
  static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);

  static final Pattern IDENTIFIER = Pattern.compile("[a-zA-Z_][0-9a-zA-Z_]{0,127}");
  private static final Pattern VARIABLE = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
  private static final Path WORKSPACE = Path.of("/harness");
  private static final Set<String> NOT_RUN =
      Set.of(
          "Background",
          "Plugin",
          "Action",
          "Bitrise",
          "GitClone",
          "RunTests",
          "Test",
          "BuildAndPushECR",
          "BuildAndPushGAR",
          "BuildAndPushGCR",
          "BuildAndPushACR",
          "SaveCacheS3",
          "SaveCacheGCS",
          "SaveCacheAzure",
          "RestoreCacheS3",
          "RestoreCacheGCS",
          "RestoreCacheAzure",
          "SaveCache",
          "RestoreCache",
          "S3Upload",
          "GCSUpload",
          "ArtifactoryUpload",
          "HarUpload",
          "Wait",
          "Policy");
  private static final Set<String> RUN = Set.of("Run", "BuildAndPushDockerRegistry");

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

  /** A step of the plan, and the {@code spec} it was read from. */
  record Step(StepPlan plan, Fields spec) {}

  /** The steps of a stage; what cannot be read is a finding and left out. */
  List<Step> read(List<YamlNode> items, String path) {
    List<Step> steps = new ArrayList<>();
    Set<String> ids = new TreeSet<>(Set.of("clone"));
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
      Fields wrapper = new Fields(item, here, findings);
      wrapper.unsupported("parallel", "stepGroup", "insert");
      if (wrapper.has("parallel") || wrapper.has("stepGroup") || wrapper.has("insert")) {
        continue;
      }
      Fields step = wrapper.requiredObject("step");
      wrapper.finish();
      if (wrapper.has("step")) {
        Step read = step(step, ids);
        if (read != null) {
          steps.add(read);
        }
      }
    }
    return steps;
  }

  private @Nullable Step step(Fields step, Set<String> ids) {
    String type = step.required("type", "");
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
    String name = step.text("name");
    Duration timeout = step.parsed("timeout", ProblemCode.BAD_VALUE, Quantities::duration);
    step.ignore("description", "contextType");
    step.unsupported("failureStrategies", "strategy", "template");
    Fields enforce = step.object("enforce");
    if (enforce != null) {
      enforce.unsupported("policySets");
      enforce.finish();
    }
    When.check(step, "stageStatus");
    Head head = new Head(id, name == null ? id : name, timeout == null ? DEFAULT_TIMEOUT : timeout);
    Fields spec = step.requiredObject("spec");
    StepPlan plan =
        switch (type) {
          case "" -> null;
          case "Run" -> run(head, spec);
          case "BuildAndPushDockerRegistry" -> build(head, spec);
          default -> {
            boolean known = NOT_RUN.contains(type);
            step.error(
                "type",
                known ? ProblemCode.NOT_SUPPORTED : ProblemCode.UNKNOWN_STEP_TYPE,
                known
                    ? "step type \"%s\" is Harness's, but Archway does not run it (expected: one of %s)"
                        .formatted(type, new TreeSet<>(RUN))
                    : "unknown step type \"%s\"%s (expected: one of %s)"
                        .formatted(type, Suggestion.of(type, RUN), new TreeSet<>(RUN)));
            yield null;
          }
        };
    step.finish();
    return plan == null ? null : new Step(plan, spec);
  }

  private record Head(String id, String name, Duration timeout) {}

  private @Nullable StepPlan run(Head head, Fields fields) {
    String image = fields.required("image", "?");
    if (image.startsWith("-") || image.chars().anyMatch(Character::isWhitespace)) {
      fields.error(
          "image",
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: an image reference such as alpine:3.22)".formatted(image));
    }
    Connector.DockerRegistry registry =
        lookup.find(fields, "connectorRef", Connector.DockerRegistry.class);
    String command = fields.text("command");
    StepPlan.Shell shell =
        fields.parsed(
            "shell",
            ProblemCode.BAD_VALUE,
            text ->
                switch (text.toLowerCase(Locale.ROOT)) {
                  case "sh" -> StepPlan.Shell.SH;
                  case "bash" -> StepPlan.Shell.BASH;
                  case "python" -> StepPlan.Shell.PYTHON;
                  case "powershell" -> StepPlan.Shell.POWERSHELL;
                  case "pwsh" -> StepPlan.Shell.PWSH;
                  default ->
                      throw new IllegalArgumentException(
                          "shell \"%s\" (expected: Sh, Bash, Python, Powershell or Pwsh)"
                              .formatted(text));
                });
    Map<String, String> own = fields.strings("envVariables");
    for (String name : own.keySet()) {
      if (!VARIABLE.matcher(name).matches()) {
        fields.error(
            "envVariables",
            ProblemCode.BAD_VALUE,
            "variable \"%s\" (expected: letters, digits and _, not starting with a digit)"
                .formatted(name));
      }
    }
    Map<String, String> environment = new LinkedHashMap<>();
    stageVariables.forEach((name, value) -> {
      // Names with a dot or a dash are for expressions only: no shell could read them.
      if (VARIABLE.matcher(name).matches()) {
        environment.put(name, value);
      }
    });
    environment.putAll(own);
    String policy = fields.text("imagePullPolicy");
    if (policy != null && !Set.of("Always", "IfNotPresent", "Never").contains(policy)) {
      fields.error(
          "imagePullPolicy",
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: Always, IfNotPresent or Never)".formatted(policy));
    }
    fields.unsupported("outputVariables", "outputAlias", "reports", "registryRef");
    StepPlan.Resources resources = resources(fields.object("resources"));
    Boolean privileged = fields.bool("privileged");
    Long user = fields.integer("runAsUser");
    fields.finish();
    if (registry == null) {
      return null;
    }
    return new StepPlan.Run(
        head.id(),
        head.name(),
        head.timeout(),
        image,
        registry,
        command,
        shell == null ? StepPlan.Shell.SH : shell,
        environment,
        resources,
        policy,
        Boolean.TRUE.equals(privileged),
        user);
  }

  private @Nullable StepPlan build(Head head, Fields fields) {
    Connector.DockerRegistry registry =
        lookup.find(fields, "connectorRef", Connector.DockerRegistry.class);
    Repository repository = repository(fields, registry);
    List<String> tags = tags(fields, "tags");
    fields.unsupported(
        "registryRef",
        "remoteCacheRepo",
        "cacheFrom",
        "cacheTo",
        "envDockerSecrets",
        "fileDockerSecrets",
        "envVariables");
    // How Harness's build tool works, not what comes out of it.
    fields.ignore("optimize", "runAsUser");
    if (fields.has("baseImageConnectorRefs")) {
      fields.warn(
          "baseImageConnectorRefs",
          ProblemCode.NOT_SUPPORTED,
          "base images are pulled with the account of \"connectorRef\" or none; these connectors are not used");
    }
    Caching.check(fields);
    String dockerfile = fields.text("dockerfile");
    String context = fields.text("context");
    String in = inWorkspace(fields, "context", context == null ? "." : context);
    String file =
        inWorkspace(
            fields,
            "dockerfile",
            dockerfile == null
                ? Path.of(in).resolve("Dockerfile").normalize().toString()
                : dockerfile);
    String target = fields.text("target");
    var arguments = fields.strings("buildArgs");
    var labels = fields.strings("labels");
    StepPlan.Resources resources = resources(fields.object("resources"));
    fields.finish();
    if (registry == null || repository == null || tags.isEmpty()) {
      return null;
    }
    return new StepPlan.BuildAndPush(
        head.id(),
        head.name(),
        head.timeout(),
        registry,
        repository,
        tags,
        in,
        file,
        target,
        arguments,
        labels,
        resources);
  }

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
    List<String> tags = fields.texts(key);
    if (tags.isEmpty()) {
      fields.missing(key);
    }
    for (String tag : tags) {
      if (!Repository.TAG.matcher(tag).matches()) {
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
  private static String inWorkspace(Fields fields, String key, String written) {
    try {
      Path path = WORKSPACE.resolve(written).normalize();
      if (path.startsWith(WORKSPACE)) {
        String inside = WORKSPACE.relativize(path).toString();
        return inside.isEmpty() ? "." : inside;
      }
    } catch (InvalidPathException e) {
      // Told below.
    }
    fields.error(
        key,
        ProblemCode.BAD_VALUE,
        "path \"%s\" (expected: one inside the workspace /harness)".formatted(written));
    return ".";
  }

  private static StepPlan.Resources resources(@Nullable Fields resources) {
    if (resources == null) {
      return StepPlan.Resources.UNLIMITED;
    }
    // Requests place a pod; on one machine there is nothing to place.
    resources.ignore("requests");
    Fields limits = resources.object("limits");
    resources.finish();
    if (limits == null) {
      return StepPlan.Resources.UNLIMITED;
    }
    Long memory = limits.parsed("memory", ProblemCode.BAD_VALUE, Quantities::bytes);
    Long cpu = limits.parsed("cpu", ProblemCode.BAD_VALUE, Quantities::milliCpus);
    limits.finish();
    return new StepPlan.Resources(memory, cpu);
  }
}
