package dev.archway.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParentCommand;

/** Tells the version, from the jar's manifest. */
@Command(name = "version", description = "Prints the version.")
final class VersionCommand implements Callable<Integer>, IVersionProvider {
  @ParentCommand private @Nullable ArchwayCommand archway;

  @Override
  public Integer call() {
    Commands.parent(archway).printer().line(getVersion()[0]);
    return ExitCode.SUCCESS;
  }

  @Override
  public String[] getVersion() {
    String version = VersionCommand.class.getPackage().getImplementationVersion();
    return new String[] {"archway " + (version == null ? "(development)" : version)};
  }
}
