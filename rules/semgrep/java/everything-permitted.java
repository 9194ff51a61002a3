@Configuration
class OpenConfiguration {
    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        // ruleid: java.everything-permitted
        http.authorizeHttpRequests(rules -> rules.requestMatchers("/admin/**").hasRole("ADMIN").anyRequest().permitAll());
        return http.build();
    }
}

@Configuration
class ClosedConfiguration {
    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        // ok: java.everything-permitted
        http.authorizeHttpRequests(rules -> rules.requestMatchers("/login").permitAll().anyRequest().authenticated());
        return http.build();
    }
}

@Configuration
@EnableMethodSecurity
class MethodConfiguration {
    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        // ok: java.everything-permitted
        http.authorizeHttpRequests(rules -> rules.anyRequest().permitAll());
        return http.build();
    }
}

@Configuration
class PartConfiguration {
    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        http.securityMatcher("/public/**");
        // ok: java.everything-permitted
        http.authorizeHttpRequests(rules -> rules.anyRequest().permitAll());
        return http.build();
    }
}
