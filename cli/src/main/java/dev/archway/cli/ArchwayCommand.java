package dev.archway.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line as a whole. */
@Command(
    name = "archway",
    description = "Runs pipelines for multi-architecture container images on an Archway server.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.class,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the execution ended with Success, or the command did what it should",
      "1:the execution ended with Failed or Expired",
      "2:the request was refused; nothing was started",
      "3:the execution was aborted",
      "4:the server cannot be reached, or does not know the token"
    },
    subcommands = {
      RunCommand.class,
      PlanCommand.class,
      SchemaCommand.class,
      LogsCommand.class,
      ExecutionsCommand.class,
      ShowCommand.class,
      AbortCommand.class,
      ImagesCommand.class,
      TokenCommand.class,
      ConnectorCommand.class,
      SecretCommand.class,
      VersionCommand.class
    })
public final class ArchwayCommand implements Runnable {
  @Mixin private final ServerOptions serverOptions = new ServerOptions();
  @Spec private @Nullable CommandSpec spec;

  private final boolean terminal;
  private final Duration patience;

  private ArchwayCommand(boolean terminal, Duration patience) {
    this.terminal = terminal;
    this.patience = patience;
  }

  public static void main(String[] args) {
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(execute(out, err, terminal, Duration.ofMinutes(2), args));
  }

  /**
   * Runs one command line.
   *
   * @param patience how long a server that was there may be away
   * @return the exit code
   */
  static int execute(
      PrintWriter out, PrintWriter err, boolean terminal, Duration patience, String... args) {
    return new CommandLine(new ArchwayCommand(terminal, patience))
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler((exception, line, _) -> {
          if (exception instanceof CommandException failure) {
            failure.lines().forEach(line.getErr()::println);
            line.getErr().flush();
            return failure.exitCode();
          }
          throw exception;
        })
        .execute(args);
  }

  @Override
  public void run() {
    throw new ParameterException(
        commandSpec().commandLine(), "a command is missing (expected: such as run FILE)");
  }

  Server server() {
    return serverOptions.server();
  }

  Duration patience() {
    return patience;
  }

  Printer printer() {
    CommandLine line = commandSpec().commandLine();
    return new Printer(line.getOut(), line.getErr(), terminal);
  }

  private CommandSpec commandSpec() {
    if (spec == null) {
      throw new IllegalStateException("picocli has not run yet");
    }
    return spec;
  }
}
