package dev.archway.standalone;

import dev.archway.broker.DirectoryInUseException;
import dev.archway.broker.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Starts Archway on one machine: {@code --archway.home=DIR} (default {@code ./.archway}) says where
 * everything is kept, {@code --archway.train} starts, exercises and stops it once, and any other
 * {@code --key=value} is a setting of the services. Exit code 1 when it could not start.
 */
public final class StandaloneApplication {
  private StandaloneApplication() {}

  public static void main(String[] args) {
    int status = run(args, Services.ALL);
    if (status >= 0) {
      System.exit(status);
    }
  }

  /** Answers the exit code, or -1 when everything is up and stays up. */
  static int run(String[] args, List<HostedService> services) {
    try {
      Options options = Options.read(args);
      // Logback reads this when the first logger is made; Boot would set logging up again for every
      // context.
      System.setProperty("archway.logs", options.home().logs().toString());
      System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
      // Tomcat logs to java.util.logging, which would print to the console.
      SLF4JBridgeHandler.removeHandlersForRootLogger();
      SLF4JBridgeHandler.install();
      Logger.getLogger("").setLevel(Level.WARNING);
      return start(options, services);
    } catch (StartException
        | DirectoryInUseException
        | IllegalArgumentException
        | UncheckedIOException e) {
      System.err.println("archway: " + e.getMessage());
      return 1;
    } catch (RuntimeException e) {
      System.err.println("archway: cannot start: " + e);
      return 1;
    }
  }

  private static int start(Options options, List<HostedService> services) {
    Standalone standalone = new Standalone(options, services);
    Runtime.getRuntime().addShutdownHook(new Thread(standalone::close, "stop"));
    String url = standalone.start();
    if (options.train()) {
      return train(options, standalone, url);
    }
    System.out.printf(
        "Archway is ready at %s (started in %.1f s, token in %s)%n",
        url, sinceJvmStart(), options.home().token());
    System.out.flush();
    return -1;
  }

  private static int train(Options options, Standalone standalone, String url) {
    try (standalone) {
      new TrainingRun(url, options.home()).run();
      standalone.close();
      if (options.temporary()) {
        PrivateFiles.deleteDirectory(options.home().directory());
      }
      return 0;
    } catch (IOException | IllegalStateException e) {
      System.err.println("archway: the training run failed: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private static double sinceJvmStart() {
    long start = ManagementFactory.getRuntimeMXBean().getStartTime();
    return (System.currentTimeMillis() - start) / 1000.0;
  }
}
