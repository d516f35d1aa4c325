//! The page as a plain GTK window.

use std::cell::Cell;
use std::rc::Rc;

use gtk::glib::BoolError;
use gtk::prelude::*;

use super::Notice;

/// Black on white whatever the theme; the sizes and the height of the button are those of the screens.
const STYLE: &[u8] = b"
window { background: #ffffff; }
label { color: #1a1a1a; font-size: 18px; }
label.title { font-size: 22px; font-weight: bold; }
button { min-height: 64px; background: #0b57d0; border: none; border-radius: 8px; }
button label { color: #ffffff; font-weight: bold; }
";
const MARGIN: u32 = 20;
const GAP: i32 = 18;

/// Shows the page until it is closed. Says whether the person wants to try again.
pub(crate) fn show(notice: &Notice) -> Result<bool, BoolError> {
    gtk::init()?;
    let window = gtk::Window::new(gtk::WindowType::Toplevel);
    window.set_title("邻里");
    window.set_default_size(480, 854);
    style(&window);

    let column = gtk::Box::new(gtk::Orientation::Vertical, GAP);
    column.set_border_width(MARGIN);
    let title = line(&notice.title);
    title.style_context().add_class("title");
    column.add(&title);
    for text in &notice.lines {
        column.add(&line(text));
    }
    let retry = gtk::Button::with_label(&notice.retry);
    column.add(&retry);
    window.add(&column);

    let wants_retry = Rc::new(Cell::new(false));
    let pressed = Rc::clone(&wants_retry);
    retry.connect_clicked(move |_| {
        pressed.set(true);
        gtk::main_quit();
    });
    window.connect_destroy(|_| gtk::main_quit());
    window.show_all();
    retry.grab_focus();
    gtk::main();
    Ok(wants_retry.get())
}

fn line(text: &str) -> gtk::Label {
    let label = gtk::Label::new(Some(text));
    label.set_line_wrap(true);
    label.set_line_wrap_mode(gtk::pango::WrapMode::WordChar);
    label.set_xalign(0.0);
    label
}

fn style(window: &gtk::Window) {
    let provider = gtk::CssProvider::new();
    if let Err(error) = provider.load_from_data(STYLE) {
        tracing::warn!(%error, "the notice has no style");
    }
    if let Some(screen) = gtk::prelude::GtkWindowExt::screen(window) {
        let priority = gtk::STYLE_PROVIDER_PRIORITY_APPLICATION;
        gtk::StyleContext::add_provider_for_screen(&screen, &provider, priority);
    }
}
