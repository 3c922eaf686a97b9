using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Chooses the SQLite library of this process: the system's when it is new enough, else the bundled one.</summary>
/// <remarks>
/// The bundle restores everywhere but is old (3.35.5); the system's receives security fixes. Both write the same file
/// format. Where the application has set a resolver for the provider already, its choice stands.
/// </remarks>
static class SqliteNative
{
    // 3.40 is Debian 12's; older system libraries bring nothing over the bundled one.
    const int OldestSystemVersion = 3_040_000;

    static readonly string[] SystemNames =
        OperatingSystem.IsLinux() ? ["libsqlite3.so.0"]
        : OperatingSystem.IsMacOS() ? ["/usr/lib/libsqlite3.dylib"]
        : [];

    static readonly Lazy<string> Loaded = new(Load);

    /// <summary>Makes sure that a library is loaded.</summary>
    /// <returns>Its version.</returns>
    public static string EnsureLoaded() => Loaded.Value;

    static string Load()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // The application chose first.
        }

        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return raw.sqlite3_libversion().utf8_to_string();
    }

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (!string.Equals(name, "e_sqlite3", StringComparison.Ordinal))
            return 0;
        foreach (var candidate in SystemNames)
        {
            if (!NativeLibrary.TryLoad(candidate, out var library))
                continue;
            if (Answers(library, "sqlite3_libversion_number") >= OldestSystemVersion && Answers(library, "sqlite3_threadsafe") > 0)
                return library;
            NativeLibrary.Free(library);
        }

        return 0;
    }

    static int Answers(nint library, string function)
        => NativeLibrary.TryGetExport(library, function, out var address)
            ? Marshal.GetDelegateForFunctionPointer<Question>(address)()
            : 0;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int Question();
}
