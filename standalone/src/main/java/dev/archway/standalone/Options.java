package dev.archway.standalone;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What the user wants, each weaker source overridden by the next: {@code
 * config/application.properties}, {@code config/local.properties}, arguments {@code --key=value}.
 *
 * @param home where everything is kept
 * @param train true to start, exercise and stop everything once, which is what an AOT cache is made
 *     from
 * @param temporary true when the home was made for this run alone
 * @param properties the settings of all services
 */
record Options(Home home, boolean train, boolean temporary, Map<String, String> properties) {
  private static final String HOME = "archway.home";
  private static final String TRAIN = "archway.train";
  private static final int DEFAULT_PORT = 7080;
  private static final int MAX_PORT = 65535;

  Options {
    properties = Map.copyOf(properties);
  }

  /**
   * Reads arguments and files.
   *
   * @throws IllegalArgumentException when an argument or a setting has another form, with a message
   *     for people
   */
  static Options read(String... args) {
    Map<String, String> arguments = new LinkedHashMap<>();
    for (String arg : args) {
      if (!arg.startsWith("--")) {
        throw new IllegalArgumentException(
            "cannot read the argument \"%s\" (expected: --key=value, such as --archway.home=DIR)"
                .formatted(arg));
      }
      int equals = arg.indexOf('=');
      arguments.put(
          equals < 0 ? arg.substring(2) : arg.substring(2, equals),
          equals < 0 ? "true" : arg.substring(equals + 1));
    }
    boolean train = Boolean.parseBoolean(arguments.remove(TRAIN));
    String directory = arguments.remove(HOME);
    Home home = Home.create(home(directory, train));

    Map<String, String> properties = new LinkedHashMap<>();
    properties.putAll(load(home.config().resolve("application.properties")));
    properties.putAll(load(home.config().resolve("local.properties")));
    if (train) {
      properties.put("archway.gateway.port", "0");
    }
    properties.putAll(arguments);
    Options options = new Options(home, train, train && directory == null, properties);
    int port = options.gatewayPort();
    if (port < 0 || port > MAX_PORT) {
      throw badPort(Integer.toString(port));
    }
    return options;
  }

  /** The address the API listens on. */
  String gatewayAddress() {
    return properties.getOrDefault("archway.gateway.address", "127.0.0.1");
  }

  /** The port the API listens on; 0 picks a free one. */
  int gatewayPort() {
    String text = properties.get("archway.gateway.port");
    try {
      return text == null ? DEFAULT_PORT : Integer.parseInt(text.strip());
    } catch (NumberFormatException _) {
      throw badPort(text);
    }
  }

  private static IllegalArgumentException badPort(String found) {
    return new IllegalArgumentException(
        "cannot use archway.gateway.port: \"%s\" (expected: 0 to %d)".formatted(found, MAX_PORT));
  }

  private static Path home(@Nullable String directory, boolean train) {
    if (directory != null) {
      return Path.of(directory);
    }
    if (!train) {
      return Path.of(".archway");
    }
    try {
      return Files.createTempDirectory("archway-train-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a directory for the training run: " + e, e);
    }
  }

  private static Map<String, String> load(Path file) {
    Map<String, String> loaded = new LinkedHashMap<>();
    if (Files.exists(file)) {
      Properties properties = new Properties();
      try (Reader reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "cannot read %s: %s (expected: a properties file in UTF-8)".formatted(file, e), e);
      }
      properties.forEach((key, value) -> loaded.put(key.toString(), value.toString()));
    }
    return loaded;
  }
}
