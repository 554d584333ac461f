package org.onion4j.examples.api;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The public API of a module as text: each public or protected type of its exported packages with its members, in order of names. */
final class ApiDump {
    private ApiDump() {}

    /** Writes down the module that lies at {@code location}, a jar or a folder of classes. */
    static List<String> of(Path location) throws IOException, ClassNotFoundException {
        ModuleReference module = ModuleFinder.of(location).findAll().iterator().next();
        Set<String> exported = module.descriptor().exports().stream()
                .filter(export -> !export.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toCollection(TreeSet::new));
        List<String> lines = new ArrayList<>();
        try (ModuleReader reader = module.open()) {
            for (String name : reader.list().sorted().toList()) {
                int slash = name.lastIndexOf('/');
                if (name.endsWith(".class")
                        && slash > 0
                        && exported.contains(name.substring(0, slash).replace('/', '.'))) {
                    Class<?> type = Class.forName(
                            name.substring(0, name.length() - 6).replace('/', '.'),
                            false,
                            ApiDump.class.getClassLoader());
                    if (isApi(type)) {
                        write(type, lines);
                    }
                }
            }
        }
        return lines;
    }

    private static boolean isApi(Class<?> type) {
        boolean visible = Modifier.isPublic(type.getModifiers()) || Modifier.isProtected(type.getModifiers());
        return visible
                && !type.isAnonymousClass()
                && !type.isSynthetic()
                && (type.getDeclaringClass() == null || isApi(type.getDeclaringClass()));
    }

    private static void write(Class<?> type, List<String> lines) {
        StringBuilder head = new StringBuilder(deprecation(type)).append(type.toGenericString());
        Type parent = type.getGenericSuperclass();
        if (parent != null && parent != Object.class && parent != Record.class && !type.isEnum()) {
            head.append(" extends ").append(parent.getTypeName());
        }
        append(head, type.isInterface() ? " extends " : " implements ", type.getGenericInterfaces());
        Class<?>[] permitted = type.getPermittedSubclasses();
        append(head, " permits ", permitted == null ? new Type[0] : permitted);
        lines.add(head + " {");
        members(type).sorted().forEach(member -> lines.add("    " + member));
        lines.add("}");
    }

    private static void append(StringBuilder head, String word, Type[] types) {
        if (types.length > 0) {
            head.append(word).append(Arrays.stream(types).map(Type::getTypeName).collect(Collectors.joining(", ")));
        }
    }

    private static Stream<String> members(Class<?> type) {
        Stream<Field> fields = Arrays.stream(type.getDeclaredFields());
        Stream<Constructor<?>> constructors = Arrays.stream(type.getDeclaredConstructors());
        Stream<Method> methods = Arrays.stream(type.getDeclaredMethods()).filter(method -> !method.isBridge());
        return Stream.of(
                        fields.filter(ApiDump::isVisible).map(field -> deprecation(field) + field.toGenericString()),
                        constructors.filter(ApiDump::isVisible).map(ApiDump::text),
                        methods.filter(ApiDump::isVisible).map(ApiDump::text))
                .flatMap(s -> s)
                // Members are named with their class, which stands above.
                .map(text -> text.replace(type.getTypeName() + ".", "")
                        .replace(type.getTypeName() + "(", type.getSimpleName() + "("));
    }

    private static String text(Executable executable) {
        return deprecation(executable) + executable.toGenericString();
    }

    private static boolean isVisible(Member member) {
        int modifiers = member.getModifiers();
        return !member.isSynthetic() && (Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers));
    }

    private static String deprecation(AnnotatedElement element) {
        return element.isAnnotationPresent(Deprecated.class) ? "@Deprecated " : "";
    }
}
