//! What the machine says about itself: network, battery, free space. On Linux from the kernel's
//! own files; a shell that knows better (Android) brings its own [`Machine`].

use std::fs;
use std::path::{Path, PathBuf};

/// What kind of network there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NetworkKind {
    /// None: only the machine itself can be reached.
    None,
    /// One that costs by the byte, such as a mobile network.
    Metered,
    /// Wi-Fi or a cable.
    Free,
}

/// The battery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Power {
    /// Charge in percent.
    pub percent: u8,
    /// Whether it is being charged, or full on a cable.
    pub is_charging: bool,
}

/// What is asked of the machine.
pub trait Machine: Send + Sync {
    /// The network now; nothing when the machine does not tell.
    fn network(&self) -> Option<NetworkKind>;
    /// The battery; nothing when there is none.
    fn power(&self) -> Option<Power>;
    /// Free bytes on the disk of a folder; nothing when the machine does not tell.
    fn free_bytes(&self, folder: &Path) -> Option<u64>;
    /// Where sticks and cards are mounted now.
    fn drives(&self) -> Vec<PathBuf> {
        Vec::new()
    }
    /// The model, at most 64 bytes, for the administrator to recognise.
    fn model(&self) -> String;
}

/// Linux.
#[derive(Debug, Clone)]
pub struct SystemMachine {
    root: PathBuf,
}

impl Default for SystemMachine {
    fn default() -> Self {
        Self {
            root: PathBuf::from("/"),
        }
    }
}

impl Machine for SystemMachine {
    fn network(&self) -> Option<NetworkKind> {
        let four = fs::read_to_string(self.root.join("proc/net/route")).ok()?;
        let six = fs::read_to_string(self.root.join("proc/net/ipv6_route")).unwrap_or_default();
        let interfaces = default_interfaces(&four, &six);
        let best = interfaces.iter().map(|name| Self::kind_of(name)).max();
        Some(best.unwrap_or(NetworkKind::None))
    }

    fn power(&self) -> Option<Power> {
        let supplies = fs::read_dir(self.root.join("sys/class/power_supply")).ok()?;
        supplies
            .flatten()
            .find_map(|entry| read_battery(&entry.path()))
    }

    fn free_bytes(&self, folder: &Path) -> Option<u64> {
        let found = rustix::fs::statvfs(folder).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }

    fn drives(&self) -> Vec<PathBuf> {
        let mounts = fs::read(self.root.join("proc/self/mounts")).unwrap_or_default();
        removable(&mounts)
    }

    fn model(&self) -> String {
        let name = [
            "sys/firmware/devicetree/base/model",
            "sys/class/dmi/id/product_name",
        ]
        .iter()
        .find_map(|file| fs::read_to_string(self.root.join(file)).ok());
        let name = name.unwrap_or_default();
        let name: String = name
            .chars()
            .filter(|c| c.is_ascii_graphic() || *c == ' ')
            .collect();
        let name = name.trim();
        if name.is_empty() {
            return "Linux".to_owned();
        }
        name.chars().take(64).collect()
    }
}

impl SystemMachine {
    /// Mobile modems are named `wwan…`, `ppp…` or `rmnet…`; tethering over a phone's cable `usb…`.
    fn kind_of(interface: &str) -> NetworkKind {
        let mobile = ["wwan", "ppp", "rmnet", "usb", "wwp"];
        if mobile.iter().any(|prefix| interface.starts_with(prefix)) {
            NetworkKind::Metered
        } else {
            NetworkKind::Free
        }
    }
}

/// Mount points that desktops give to what somebody plugs in, unless they are read-only (fstab(5): the
/// second and the fourth field; a blank is written `\\040`).
fn removable(mounts: &[u8]) -> Vec<PathBuf> {
    let text = String::from_utf8_lossy(mounts);
    let mut found = Vec::new();
    for line in text.lines() {
        let mut fields = line.split(' ');
        let (place, options) = (fields.nth(1).unwrap_or(""), fields.nth(1).unwrap_or(""));
        let place = place.replace("\\040", " ");
        let is_plugged = place.starts_with("/media/") || place.starts_with("/run/media/");
        if is_plugged && !options.split(',').any(|option| option == "ro") {
            found.push(PathBuf::from(place));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The interfaces that a route to everywhere leads through (proc(5), `/proc/net/route`: destination
/// in the second column, flags in the fourth, mask in the eighth).
fn default_interfaces(four: &str, six: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in four.lines().skip(1) {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let is_up = columns
            .get(3)
            .and_then(|flags| u32::from_str_radix(flags, 16).ok())
            .is_some_and(|flags| flags & 1 == 1);
        if is_up && columns.get(1) == Some(&"00000000") && columns.get(7) == Some(&"00000000") {
            found.extend(columns.first().map(|name| (*name).to_owned()));
        }
    }
    for line in six.lines() {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let nowhere = "0".repeat(32);
        let is_default =
            columns.first() == Some(&nowhere.as_str()) && columns.get(1) == Some(&"00");
        if let (true, Some(name)) = (is_default, columns.get(9))
            && *name != "lo"
        {
            found.push((*name).to_owned());
        }
    }
    found
}

fn read_battery(supply: &Path) -> Option<Power> {
    let word = |name: &str| fs::read_to_string(supply.join(name)).ok();
    if word("type")?.trim() != "Battery" {
        return None;
    }
    let percent: u8 = word("capacity")?.trim().parse().ok()?;
    let status = word("status").unwrap_or_default();
    Some(Power {
        percent: percent.min(100),
        is_charging: matches!(status.trim(), "Charging" | "Full"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n";

    fn machine(route: &str, battery: Option<(&str, &str)>) -> (tempfile::TempDir, SystemMachine) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("proc/net/route", &format!("{HEAD}{route}"));
        if let Some((capacity, status)) = battery {
            write("sys/class/power_supply/AC/type", "Mains\n");
            write("sys/class/power_supply/BAT0/type", "Battery\n");
            write("sys/class/power_supply/BAT0/capacity", capacity);
            write("sys/class/power_supply/BAT0/status", status);
        }
        let root = folder.path().to_owned();
        (folder, SystemMachine { root })
    }

    #[test]
    fn what_is_plugged_in_can_be_written() {
        let (folder, machine) = machine("", None);
        let mounts = "/dev/sda1 / ext4 rw 0 0\n\
                      /dev/sdb1 /media/ga\\0401/STICK\\040A vfat rw,sync 0 0\n\
                      /dev/sdc1 /run/media/ga/CARD exfat rw 0 0\n\
                      /dev/sr0 /media/ga/CD iso9660 ro,nosuid 0 0\n\
                      broken\n";
        let path = folder.path().join("proc/self/mounts");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert_eq!(machine.drives(), [""; 0].map(PathBuf::from));
        fs::write(path, mounts).unwrap();
        let drives = ["/media/ga 1/STICK A", "/run/media/ga/CARD"];
        assert_eq!(machine.drives(), drives.map(PathBuf::from));
    }

    #[test]
    fn the_default_route_says_what_kind_of_network_there_is() {
        let default =
            |name: &str| format!("{name}\t00000000\t0102000A\t0003\t0\t0\t100\t00000000\n");
        let local = "eth0\t0002000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\n".to_owned();
        for (route, kind) in [
            (local.clone(), NetworkKind::None),
            (default("wlan0"), NetworkKind::Free),
            (local + &default("wwan0"), NetworkKind::Metered),
            (default("ppp0") + &default("eth0"), NetworkKind::Free),
        ] {
            let (_folder, machine) = machine(&route, None);
            assert_eq!(machine.network(), Some(kind), "{route}");
            assert_eq!(machine.power(), None);
        }
    }

    #[test]
    fn the_battery_is_read_and_the_disk_has_room() {
        let (folder, machine) = machine("", Some(("14\n", "Discharging\n")));
        let power = Power {
            percent: 14,
            is_charging: false,
        };
        assert_eq!(machine.power(), Some(power));
        assert!(machine.free_bytes(folder.path()).unwrap() > 0);
        assert!(machine.free_bytes(Path::new("/nowhere/at/all")).is_none());
        assert_eq!(machine.model(), "Linux");
    }
}
