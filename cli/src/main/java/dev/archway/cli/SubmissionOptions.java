package dev.archway.cli;

import dev.archway.contract.api.Submission;
import dev.archway.contract.failure.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code run} and {@code plan} submit. */
final class SubmissionOptions {
  /** What the documents of Harness begin with. */
  private static final Set<String> SETS = Set.of("inputSet", "overlayInputSet", "pipeline");

  @Parameters(paramLabel = "FILE", description = "The pipeline's YAML file.")
  private Path file = Path.of("");

  @Option(
      names = "--inputs",
      paramLabel = "FILE",
      description =
          "A YAML file with values for <+input>: an input set or overlay, or keys and values. May be repeated; later ones win.")
  private List<Path> inputs = List.of();

  @Option(
      names = "--template",
      paramLabel = "FILE",
      description = "A template that the pipeline refers to. May be repeated.")
  private List<Path> templates = List.of();

  @Option(
      names = "--input",
      paramLabel = "KEY=VALUE",
      description = "A value for <+input>, never evaluated; overrides --inputs. May be repeated.")
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
    List<String> sets = new ArrayList<>();
    for (Path given : inputs) {
      String text = Server.file(given);
      Map<String, Object> read = Yaml.mapping(given.toString(), text);
      if (SETS.stream().anyMatch(read::containsKey)) {
        sets.add(text);
      } else {
        values.putAll(read);
      }
    }
    values.putAll(input);
    return new Submission(
        Server.file(file),
        values.isEmpty() ? null : values,
        stages.isEmpty() ? null : stages,
        branch,
        sets.isEmpty() ? null : sets,
        templates.isEmpty() ? null : templates.stream().map(Server::file).toList());
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
