package dev.archway.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Stops an execution. */
@Command(name = "abort", description = "Stops an execution; its log is kept.")
final class AbortCommand implements Callable<Integer> {
  @ParentCommand private @Nullable ArchwayCommand archway;

  @Parameters(paramLabel = "ID", description = "The execution.")
  private String id = "";

  @Override
  public Integer call() {
    ArchwayCommand command = Commands.parent(archway);
    command.server().post("/api/v1/executions/" + id + "/abort", Map.of());
    command.printer().remark("execution %s is being stopped".formatted(id));
    return ExitCode.SUCCESS;
  }
}
