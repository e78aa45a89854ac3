package dev.archway.planner.settings;

import java.util.Map;

class H2SettingsApiIT extends SettingsApiContract {
  @Override
  Map<String, Object> database() {
    return Map.of("spring.datasource.url", "jdbc:h2:mem:settings;DB_CLOSE_DELAY=-1");
  }
}
