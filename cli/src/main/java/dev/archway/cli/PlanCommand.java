package dev.archway.cli;

import dev.archway.contract.failure.Problem;
import dev.archway.contract.wire.ContractMapper;
import java.util.List;
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
    description = "Checks a pipeline and prints the plan that run would follow; starts nothing.",
    sortOptions = false)
final class PlanCommand implements Callable<Integer> {
  @ParentCommand private @Nullable ArchwayCommand archway;
  @Mixin private final SubmissionOptions submission = new SubmissionOptions();

  @Option(names = "--json", description = "Print JSON instead of YAML.")
  private boolean json;

  /** The answer of the call; the plan is shown as it came. */
  record Validated(JsonNode plan, @Nullable List<Problem> warnings) {}

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
    printer.line(
        json
            ? validated.plan().toPrettyString()
            : Yaml.text(ContractMapper.json().treeToValue(validated.plan(), Object.class)));
    return ExitCode.SUCCESS;
  }
}
