package dev.archway.cli;

import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.wire.ContractMapper;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows one execution. */
@Command(name = "show", description = "Shows an execution's stages, images and failures.")
final class ShowCommand implements Callable<Integer> {
  @ParentCommand private @Nullable ArchwayCommand archway;

  @Parameters(paramLabel = "ID", description = "The execution.")
  private String id = "";

  @Option(names = "--json", description = "Print all that the server knows, as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    ArchwayCommand command = Commands.parent(archway);
    ExecutionView view = command.server().get("/api/v1/executions/" + id, ExecutionView.class);
    if (json) {
      command
          .printer()
          .line(ContractMapper.json().writerWithDefaultPrettyPrinter().writeValueAsString(view));
    } else {
      Summary.print(view, command.printer());
    }
    return ExitCode.SUCCESS;
  }
}
