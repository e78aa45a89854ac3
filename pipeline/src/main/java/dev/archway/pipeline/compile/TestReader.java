package dev.archway.pipeline.compile;

import dev.archway.contract.plan.StepPlan;
import dev.archway.pipeline.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads steps that run tests (Harness pages "Test Intelligence step" and "Run Tests step"). All
 * tests run: which of them a change concerns, Harness knows from earlier runs.
 */
final class TestReader {
  private static final String ALL_RUN =
      "all tests run, whatever has changed: the result is the same, and it takes longer";

  /** The default of a Test step. */
  private static final List<String> REPORTS = List.of("**/*.xml");

  private final RunReader steps;

  TestReader(RunReader steps) {
    this.steps = steps;
  }

  /** A Test step: a command, and reports wherever they are. */
  @Nullable StepPlan test(StepReader.Head head, Fields fields) {
    if (!fields.has("command")) {
      fields.missing("command");
    }
    if (Boolean.TRUE.equals(fields.bool("intelligenceMode"))) {
      fields.warn("intelligenceMode", ProblemCode.NOT_SUPPORTED, ALL_RUN);
    }
    RunReader.alias(fields);
    Long parts = fields.integer("parallelism");
    if (parts != null && parts > 1) {
      fields.error(
          "parallelism",
          ProblemCode.NOT_SUPPORTED,
          "tests split into %d parts, which Archway does not do (expected: 1; or the stage's strategy.parallelism, and a command that reads <+strategy.iteration>)"
              .formatted(parts));
    }
    boolean reports = fields.has("reports");
    StepPlan.Run step = steps.script(head, fields, fields.template("command"));
    return step == null || reports ? step : step.with(REPORTS, List.of());
  }

  /** A RunTests step: what is to run before, the build tool, what is to run after. */
  @Nullable StepPlan runTests(StepReader.Head head, Fields fields) {
    String tool = fields.required("buildTool", "");
    String before = fields.template("preCommand");
    String arguments = fields.template("args");
    String after = fields.template("postCommand");
    String tests = invocation(fields, tool, arguments == null ? "" : arguments.strip());
    String shell = fields.text("shell");
    if (shell != null && !Set.of("sh", "bash").contains(shell.toLowerCase(Locale.ROOT))) {
      fields.error(
          "shell",
          ProblemCode.NOT_SUPPORTED,
          "shell \"%s\" of a RunTests step (expected: Sh or Bash; or a Run step)".formatted(shell));
    }
    if (Boolean.TRUE.equals(fields.bool("runOnlySelectedTests"))) {
      fields.warn("runOnlySelectedTests", ProblemCode.NOT_SUPPORTED, ALL_RUN);
    }
    if (Boolean.TRUE.equals(fields.bool("enableTestSplitting"))) {
      fields.error(
          "enableTestSplitting",
          ProblemCode.NOT_SUPPORTED,
          "tests split into parts, which Archway does not do (expected: false; or args that read <+strategy.iteration>)");
    }
    List<String> lines = new ArrayList<>();
    for (String part : new String[] {before, tests, after}) {
      if (part != null && !part.isBlank()) {
        lines.add(part.stripTrailing());
      }
    }
    return steps.script(head, fields, String.join("\n", lines));
  }

  /** How the tool runs every test; null, with a finding, where that cannot be told. */
  private static @Nullable String invocation(Fields fields, String tool, String arguments) {
    String name = tool.toLowerCase(Locale.ROOT);
    if (arguments.isEmpty()
        && Set.of("maven", "gradle", "bazel", "sbt", "nunitconsole").contains(name)) {
      fields.missing("args");
    }
    String command =
        switch (name) {
          case "maven" -> "mvn %s";
          case "gradle" -> "if [ -e gradlew ]; then\n./gradlew %1$s\nelse\ngradle %1$s\nfi";
          case "bazel" -> "bazel %s //...";
          case "sbt" -> "sbt %s test";
          case "pytest" -> "python3 -m pytest %s";
          case "unittest" -> "python3 -m unittest %s";
          case "rspec" -> "bundle exec rspec %s";
          case "dotnet" -> "dotnet test %s";
          // Its arguments name the program as well.
          case "nunitconsole" -> "%s";
          default -> null;
        };
    if (command == null) {
      if (!tool.isEmpty()) {
        fields.error(
            "buildTool",
            ProblemCode.BAD_VALUE,
            "\"%s\" (expected: Maven, Gradle, Bazel, Sbt, Pytest, Unittest, Rspec, Dotnet or Nunitconsole)"
                .formatted(tool));
      }
      return null;
    }
    return command.formatted(arguments).strip();
  }
}
