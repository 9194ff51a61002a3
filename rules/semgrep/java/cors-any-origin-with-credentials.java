@Configuration
class WebConfiguration implements WebMvcConfigurer {
    @Override
    public void addCorsMappings(CorsRegistry registry) {
        // ruleid: java.cors-any-origin-with-credentials
        registry.addMapping("/**").allowedOriginPatterns("*").allowedMethods("*").allowCredentials(true);
        // ok: java.cors-any-origin-with-credentials
        registry.addMapping("/**").allowedOrigins("https://app.example.com").allowCredentials(true);
        // ok: java.cors-any-origin-with-credentials
        registry.addMapping("/**").allowedOriginPatterns("*").allowedMethods("GET");
    }

    @Bean
    CorsConfigurationSource source() {
        CorsConfiguration configuration = new CorsConfiguration();
        // ruleid: java.cors-any-origin-with-credentials
        configuration.addAllowedOriginPattern("*");
        configuration.setAllowCredentials(true);
        return with(configuration);
    }

    @Bean
    CorsConfigurationSource named() {
        CorsConfiguration configuration = new CorsConfiguration();
        // ok: java.cors-any-origin-with-credentials
        configuration.addAllowedOriginPattern("https://*.example.com");
        configuration.setAllowCredentials(true);
        return with(configuration);
    }
}
