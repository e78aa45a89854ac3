package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.plan.StepPlan;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads steps that are one container (Harness pages "Run step settings", "Background step settings"
 * and "Plugin step settings reference").
 */
final class RunReader {
  private static final Pattern VARIABLE = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  private final Lookup lookup;
  private final Map<String, String> stageVariables;
  private final Findings findings;

  RunReader(Lookup lookup, Map<String, String> stageVariables, Findings findings) {
    this.lookup = lookup;
    this.stageVariables = stageVariables;
    this.findings = findings;
  }

  @Nullable StepPlan run(StepReader.Head head, Fields fields) {
    alias(fields);
    return script(head, fields, fields.template("command"));
  }

  /** Checks the alias of a step's outputs; what it means, its readers' expressions say. */
  static void alias(Fields fields) {
    Fields alias = fields.object("outputAlias");
    if (alias == null) {
      return;
    }
    String key = alias.required("key", "");
    if (!key.isEmpty() && !StepReader.IDENTIFIER.matcher(key).matches()) {
      alias.error(
          "key",
          ProblemCode.BAD_IDENTIFIER,
          "\"%s\" (expected: letters, digits and _, not starting with a digit)".formatted(key));
    }
    String scope = alias.required("scope", "");
    if (!scope.isEmpty() && !Set.of("Pipeline", "Stage", "StepGroup").contains(scope)) {
      alias.error(
          "scope",
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: Pipeline, Stage or StepGroup)".formatted(scope));
    }
    alias.finish();
  }

  /** A container with this command; null for its image's own. */
  StepPlan.@Nullable Run script(StepReader.Head head, Fields fields, @Nullable String command) {
    StepPlan.Shell shell = shell(fields);
    List<StepPlan.Output> outputs = outputs(fields, command);
    StepPlan.Run step = container(head, fields, command, shell, Map.of());
    return step == null ? null : step.giving(outputs);
  }

  /** A service for the steps after it (Harness page "Background step settings"). */
  @Nullable StepPlan background(StepReader.Head head, Fields fields) {
    String command = fields.template("command");
    StepPlan.Shell shell = shell(fields);
    List<String> entrypoint = fields.templateTexts("entrypoint");
    if (!entrypoint.isEmpty() && command != null) {
      fields.warn(
          "command",
          ProblemCode.BAD_VALUE,
          "the command does not run: \"entrypoint\" stands in its place (expected: one of them)");
    }
    for (String key : List.of("outputVariables", "outputAlias")) {
      if (fields.has(key)) {
        fields.error(
            key,
            ProblemCode.NOT_SUPPORTED,
            "\"%s\" of a Background step, which ends after every step that could read it (expected: a Run step, or none)"
                .formatted(key));
      }
    }
    ports(fields);
    StepPlan.Run step =
        container(head, fields, entrypoint.isEmpty() ? command : null, shell, Map.of());
    return step == null ? null : step.with(step.reports(), entrypoint).inBackground();
  }

  /** In a pod nothing is mapped: all containers of a stage have one set of ports. */
  private static void ports(Fields fields) {
    fields
        .strings("portBindings")
        .forEach((host, container) -> {
          if (!host.strip().equals(container.strip())) {
            fields.error(
                "portBindings",
                ProblemCode.BAD_VALUE,
                "port %s bound to %s (expected: equal ports, since the steps of a stage share theirs; have the service listen at %s itself)"
                    .formatted(container.strip(), host.strip(), host.strip()));
          }
        });
  }

  private static StepPlan.Shell shell(Fields fields) {
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
    return shell == null ? StepPlan.Shell.SH : shell;
  }

  /** A plugin is an image whose entry point reads its settings from the environment. */
  StepPlan.@Nullable Run plugin(StepReader.Head head, Fields fields) {
    Map<String, String> settings = new LinkedHashMap<>();
    Fields written = fields.object("settings");
    if (written != null) {
      written
          .node()
          .entries()
          .forEach((key, value) -> {
            String name = "PLUGIN_" + key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
            settings.put(name, setting(value));
          });
    }
    List<String> entrypoint = fields.templateTexts("entrypoint");
    StepPlan.Run step = container(head, fields, null, StepPlan.Shell.SH, settings);
    return step == null ? null : step.with(step.reports(), entrypoint);
  }

  /** As Drone hands settings over: a list of single values with commas, all else as JSON. */
  private static String setting(YamlNode value) {
    return switch (value) {
      case YamlNode.Scalar scalar -> scalar.blank() ? "" : scalar.text();
      case YamlNode.Sequence list
          when list.items().stream().allMatch(YamlNode.Scalar.class::isInstance) ->
          list.items().stream().map(RunReader::setting).collect(Collectors.joining(","));
      default -> json(value);
    };
  }

  private static String json(YamlNode value) {
    return switch (value) {
      case YamlNode.Scalar scalar ->
          scalar.plain() && scalar.text().matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?|true|false|null")
              ? scalar.text()
              : quoted(scalar.text());
      case YamlNode.Sequence list ->
          list.items().stream().map(RunReader::json).collect(Collectors.joining(",", "[", "]"));
      case YamlNode.Mapping mapping ->
          mapping.entries().entrySet().stream()
              .map(entry -> quoted(entry.getKey()) + ":" + json(entry.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
    };
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        default -> {
          if (c < ' ') {
            json.append("\\u%04x".formatted((int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    return json.append('"').toString();
  }

  private StepPlan.@Nullable Run container(
      StepReader.Head head,
      Fields fields,
      @Nullable String command,
      StepPlan.Shell shell,
      Map<String, String> settings) {
    String image = fields.requiredTemplate("image", "?");
    if (image.contains("<+")) {
      earlyOnly(fields, image);
    } else if (image.startsWith("-") || image.chars().anyMatch(Character::isWhitespace)) {
      fields.error(
          "image",
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: an image reference such as alpine:3.22)".formatted(image));
    }
    Connector.DockerRegistry registry = CloudRegistry.ofImage(fields, lookup, image);
    Map<String, String> own = fields.templates("envVariables");
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
    environment.putAll(settings);
    String policy = fields.text("imagePullPolicy");
    if (policy != null && !Set.of("Always", "IfNotPresent", "Never").contains(policy)) {
      fields.error(
          "imagePullPolicy",
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: Always, IfNotPresent or Never)".formatted(policy));
    }
    List<String> reports = ReportReader.paths(fields);
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
        shell,
        environment,
        resources,
        policy,
        Boolean.TRUE.equals(privileged),
        user,
        List.of(),
        reports,
        List.of(),
        false);
  }

  /** A runtime may need all images before the first step. */
  private static void earlyOnly(Fields fields, String image) {
    if (image.contains("steps.") && !image.contains("pipeline.stages.")) {
      fields.error(
          "image",
          ProblemCode.UNSUPPORTED_EXPRESSION,
          "\"%s\" reads a step of its own stage (expected: an image that is known when the stage starts)"
              .formatted(image));
    }
  }

  private List<StepPlan.Output> outputs(Fields fields, @Nullable String command) {
    List<StepPlan.Output> outputs = new ArrayList<>();
    List<YamlNode> items = fields.items("outputVariables");
    if (!items.isEmpty() && command == null) {
      fields.error(
          "outputVariables",
          ProblemCode.MISSING_FIELD,
          "output variables of a step without a command (expected: a command that sets them)");
    }
    for (int i = 0; i < items.size(); i++) {
      String path = fields.path() + ".outputVariables[" + i + "]";
      if (!(items.get(i) instanceof YamlNode.Mapping mapping)) {
        findings.error(
            items.get(i).place(),
            path,
            ProblemCode.WRONG_KIND,
            items.get(i).kind() + " (expected: a mapping with name, type and value)");
        continue;
      }
      Fields output = fields.member("outputVariables", mapping, path);
      String name = output.required("name", "");
      String variable = output.text("value");
      String type = output.text("type");
      if (type != null && !Set.of("String", "Number", "Secret").contains(type)) {
        output.error(
            "type",
            ProblemCode.BAD_VALUE,
            "output type \"%s\" (expected: String, Number or Secret)".formatted(type));
      }
      output.finish();
      String read = variable == null ? name : variable;
      if (!name.isEmpty() && !VARIABLE.matcher(read).matches()) {
        output.error(
            variable == null ? "name" : "value",
            ProblemCode.BAD_VALUE,
            "variable \"%s\" (expected: letters, digits and _, not starting with a digit)"
                .formatted(read));
      } else if (!name.isEmpty()) {
        outputs.add(new StepPlan.Output(name, read, "Secret".equals(type)));
      }
    }
    return outputs;
  }

  static StepPlan.Resources resources(@Nullable Fields resources) {
    if (resources == null) {
      return StepPlan.Resources.UNLIMITED;
    }
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
