package dev.archway.cli;

import dev.archway.contract.api.ExecutionSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Lists executions. */
@Command(name = "executions", description = "Lists executions, the newest first.")
final class ExecutionsCommand implements Callable<Integer> {
  @ParentCommand private @Nullable ArchwayCommand archway;

  @Override
  public Integer call() {
    ArchwayCommand command = Commands.parent(archway);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("ID", "PIPELINE", "STATUS", "CREATED", "TIME"));
    for (ExecutionSummary execution :
        command.server().get("/api/v1/executions", ExecutionSummary[].class)) {
      rows.add(
          List.of(
              execution.id().value(),
              execution.pipeline(),
              execution.status().word(),
              execution.createdAt().toString(),
              Commands.between(execution.createdAt(), execution.endedAt())));
    }
    command.printer().table(rows);
    return ExitCode.SUCCESS;
  }
}
