package dev.archway.standalone;

import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The tables of docs/configuration.md, made of the settings records: names and defaults from the
 * compiled classes and the services' properties files, the words from the records' Javadoc.
 */
final class ConfigurationReference {
  private static final Pattern PARAM =
      Pattern.compile("@param (\\w+)\\s(.*?)(?=@param|\\z)", Pattern.DOTALL);

  private final Path root;
  private final Properties defaults = new Properties();
  private final StringBuilder text = new StringBuilder();

  ConfigurationReference(Path root) {
    this.root = root;
  }

  /** One section a prefix, in order. */
  String text() throws IOException, ClassNotFoundException {
    TreeMap<String, Path> records = new TreeMap<>();
    for (Path file : sources()) {
      String name = String.valueOf(file.getFileName());
      if (name.endsWith("-service.properties") || name.equals("api-gateway.properties")) {
        try (Reader reader = Files.newBufferedReader(file)) {
          defaults.load(reader);
        }
      } else if (name.endsWith("Properties.java")) {
        ConfigurationProperties settings = type(file).getAnnotation(ConfigurationProperties.class);
        if (settings != null) {
          records.put(settings.value(), file);
        }
      }
    }
    for (var each : records.entrySet()) {
      text.append(
          "\n## %s.*\n\n| setting | default | says |\n|---|---|---|\n".formatted(each.getKey()));
      rows(type(each.getValue()), each.getKey() + ".", Files.readString(each.getValue()));
    }
    return text.toString();
  }

  private List<Path> sources() throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> modules = Files.list(root)) {
      for (Path main : modules.map(module -> module.resolve("src/main")).sorted().toList()) {
        if (Files.isDirectory(main)) {
          try (Stream<Path> files = Files.walk(main)) {
            files.filter(Files::isRegularFile).forEach(found::add);
          }
        }
      }
    }
    return found;
  }

  private static Class<?> type(Path file) throws ClassNotFoundException {
    String path = file.toString().replace('\\', '/');
    String name = path.substring(path.indexOf("/src/main/java/") + "/src/main/java/".length());
    return Class.forName(name.replaceFirst("\\.java$", "").replace('/', '.'));
  }

  private void rows(Class<?> record, String prefix, String source) {
    RecordComponent[] components = record.getRecordComponents();
    Constructor<?> constructor = canonical(record, components);
    for (int i = 0; i < components.length; i++) {
      RecordComponent component = components[i];
      String key = prefix + kebab(component.getName());
      Class<?> element = element(component.getGenericType());
      if (component.getType().isRecord() && isNested(component.getType())) {
        rows(component.getType(), key + ".", source);
      } else if (element != null && element.isRecord() && isNested(element)) {
        rows(element, key + "[].", source);
      } else {
        DefaultValue value = constructor.getParameters()[i].getAnnotation(DefaultValue.class);
        String standard =
            defaults.getProperty(key, value == null ? "" : String.join(",", value.value()));
        text.append(
            "| `%s` | %s | %s |\n"
                .formatted(
                    key,
                    standard.isEmpty() ? "–" : "`" + standard + "`",
                    said(record, component.getName(), source)));
      }
    }
  }

  private static boolean isNested(Class<?> type) {
    return type.getEnclosingClass() != null;
  }

  private static Constructor<?> canonical(Class<?> record, RecordComponent[] components) {
    Class<?>[] types = Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return record.getDeclaredConstructor(types);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("every record has one", e);
    }
  }

  private static @Nullable Class<?> element(Type type) {
    return type instanceof ParameterizedType list
            && list.getRawType() == List.class
            && list.getActualTypeArguments()[0] instanceof Class<?> element
        ? element
        : null;
  }

  private static String kebab(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  /** What the record's Javadoc says of a component; empty for nothing. */
  private static String said(Class<?> record, String component, String source) {
    Matcher declared =
        Pattern.compile("\\brecord " + record.getSimpleName() + "\\(").matcher(source);
    if (!declared.find()) {
      throw new IllegalStateException("no source of " + record);
    }
    int end = source.lastIndexOf("*/", declared.start());
    int begin = source.lastIndexOf("/**", end);
    String between = source.substring(end + 2, declared.start());
    if (begin < 0 || between.contains(";") || between.contains("}")) {
      return "";
    }
    String comment = source.substring(begin + 3, end).replaceAll("\n\\s*\\*", "\n");
    Matcher param = PARAM.matcher(comment);
    while (param.find()) {
      if (param.group(1).equals(component)) {
        return param
            .group(2)
            .strip()
            .replaceAll("\\s+", " ")
            .replaceAll("\\{@(?:code|link) ([^}]*)}", "`$1`")
            .replace("|", "\\|");
      }
    }
    return "";
  }
}
