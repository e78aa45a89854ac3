package dev.archway.cli;

import dev.archway.contract.api.Submission;
import dev.archway.contract.failure.Problem;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code run} and {@code plan} submit. */
final class SubmissionOptions {
  @Parameters(paramLabel = "FILE", description = "The pipeline's YAML file.")
  private Path file = Path.of("");

  @Option(
      names = "--inputs",
      paramLabel = "FILE",
      description = "A YAML file with values for <+input>: an input set, or keys and values.")
  private @Nullable Path inputs;

  @Option(
      names = "--input",
      paramLabel = "KEY=VALUE",
      description = "A value for <+input>; overrides --inputs. May be repeated.")
  private Map<String, String> input = new LinkedHashMap<>();

  @Option(
      names = "--branch",
      paramLabel = "BRANCH",
      description = "The branch to build, where the codebase's build is <+input>.")
  private @Nullable String branch;

  @Option(
      names = "--stage",
      paramLabel = "ID",
      description = "Run only this stage. May be repeated.")
  private List<String> stages = List.of();

  Submission read() {
    Map<String, Object> values = new LinkedHashMap<>();
    if (inputs != null) {
      values.putAll(Yaml.mapping(inputs.toString(), Server.file(inputs)));
    }
    values.putAll(input);
    return new Submission(
        Server.file(file),
        values.isEmpty() ? null : values,
        stages.isEmpty() ? null : stages,
        branch);
  }

  /** All findings, one per line, in the form that editors and terminals turn into links. */
  CommandException refused(Server.RefusedException refused) {
    return new CommandException(
        ExitCode.REFUSED, refused.document().problems().stream().map(this::describe).toList());
  }

  String describe(Problem problem) {
    String kind = problem.severity() == Problem.Severity.WARNING ? "warning: " : "";
    return "%s:%d:%d: %s%s: %s"
        .formatted(file, problem.line(), problem.column(), kind, problem.code(), problem.message());
  }
}
