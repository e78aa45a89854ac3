package dev.archway.pipeline.dialect;

import static dev.archway.pipeline.dialect.Field.count;
import static dev.archway.pipeline.dialect.Field.flag;
import static dev.archway.pipeline.dialect.Field.map;
import static dev.archway.pipeline.dialect.Field.object;
import static dev.archway.pipeline.dialect.Field.text;
import static dev.archway.pipeline.dialect.Field.texts;
import static dev.archway.pipeline.dialect.Field.wordOfAnyCase;

import java.util.List;

/**
 * Steps that run services and tests (Harness pages "Background step settings", "Test Intelligence
 * step" and "Run Tests step").
 */
final class TestShapes {
  private static final Shape.Keys REPORT_PATHS =
      Shape.of("ReportPaths", "Where reports lie.")
          .with(texts("paths", "Patterns of files in the workspace."));

  private static final Shape.Keys REPORTS =
      Shape.of("Reports", "Where a step leaves its test reports.")
          .with(
              text("type", "JUnit; others are not read, with a warning."),
              object("spec", "Where they lie.", () -> REPORT_PATHS),
              texts("paths", "Patterns of files in the workspace."));

  static final Shape.Keys BACKGROUND =
      StepShapes.container("BackgroundSpec", "A service for the steps after it.")
          .with(
              text("command", "The command, for the shell: the image's own where it is absent."),
              StepShapes.shell(),
              texts("entrypoint", "What it runs in place of the image's entry point."),
              map("portBindings", "Ports of the host, each with the equal one of the container."))
          .refusesByReader("outputVariables", "outputAlias");

  static final Shape.Keys TEST =
      StepShapes.container("TestSpec", "A command that runs tests.")
          .with(
              text("command", "The command, for the shell.").needed(),
              StepShapes.shell(),
              StepShapes.outputs(),
              StepShapes.alias(),
              flag("intelligenceMode", "Accepted with a warning: all tests run."),
              count("parallelism", 0, 1, "1, which it is where it is absent."))
          .ignores("Accepted: which files selection looks at.", "globs");

  static final Shape.Keys RUN_TESTS =
      StepShapes.container("RunTestsSpec", "A build tool that runs all tests.")
          .with(
              wordOfAnyCase(
                      "buildTool",
                      "The build tool.",
                      List.of(
                          "Maven",
                          "Gradle",
                          "Bazel",
                          "Sbt",
                          "Pytest",
                          "Unittest",
                          "Rspec",
                          "Dotnet",
                          "Nunitconsole"))
                  .needed(),
              text("args", "Its arguments; Pytest, Unittest, Rspec and Dotnet need none."),
              text("preCommand", "What runs before."),
              text("postCommand", "What runs after."),
              wordOfAnyCase(
                  "shell", "What reads it: Sh where it is absent.", List.of("Sh", "Bash")),
              StepShapes.outputs(),
              flag("runOnlySelectedTests", "Accepted with a warning: all tests run."),
              flag("enableTestSplitting", "False, which it is where it is absent."))
          .ignores(
              "Accepted: what selection and splitting alone read.",
              "language",
              "packages",
              "testAnnotations",
              "testGlobs",
              "namespaces",
              "testSplitStrategy",
              "buildEnvironment",
              "frameworkVersion",
              "pythonVersion")
          .refuses("testRoot", "outputAlias");

  private TestShapes() {}

  static Field reports() {
    return texts("reports", "Where the step leaves its test reports.")
        .of(new Kind.TextsOr(() -> REPORTS));
  }
}
