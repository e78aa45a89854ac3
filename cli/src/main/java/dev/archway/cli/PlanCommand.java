package dev.archway.cli;

import dev.archway.contract.failure.Problem;
import dev.archway.contract.wire.ContractMapper;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** Checks a pipeline and shows what it would do. */
@Command(
    name = "plan",
    description =
        "Checks a pipeline; prints it with its inputs and templates filled in, and each run with its platform, connector, steps and conditions. Starts nothing.",
    sortOptions = false)
final class PlanCommand implements Callable<Integer> {
  @ParentCommand private @Nullable ArchwayCommand archway;
  @Mixin private final SubmissionOptions submission = new SubmissionOptions();

  @Option(names = "--json", description = "Print the whole plan as JSON instead.")
  private boolean json;

  /** The answer of the call; what this version does not know of it is shown as it came. */
  record Validated(
      JsonNode plan,
      @Nullable List<Problem> warnings,
      @Nullable String merged,
      @Nullable JsonNode runs) {}

  @Override
  public Integer call() {
    ArchwayCommand command = Commands.parent(archway);
    Printer printer = command.printer();
    Validated validated;
    try {
      validated =
          command.server().post("/api/v1/pipelines/validate", submission.read(), Validated.class);
    } catch (Server.RefusedException e) {
      throw submission.refused(e);
    }
    if (validated.warnings() != null) {
      validated.warnings().forEach(warning -> printer.remark(submission.describe(warning)));
    }
    if (json) {
      printer.line(validated.plan().toPrettyString());
      return ExitCode.SUCCESS;
    }
    printer.line(String.valueOf(validated.merged()).stripTrailing());
    printer.line("---");
    printer.line(
        Yaml.text(
            Map.of(
                "runs",
                validated.runs() == null
                    ? List.of()
                    : ContractMapper.json().treeToValue(validated.runs(), Object.class))));
    return ExitCode.SUCCESS;
  }
}
